#include "tokenizer_train/merge_words.h"

namespace sememe {

void MergeWords::add(std::span<const std::int32_t> symbols, std::int64_t count) {
  if (symbols.size() >= static_cast<std::size_t>(kLong)) {
    extents_.push_back({0, -1 - static_cast<std::int32_t>(long_symbols_.size())});
    long_symbols_.emplace_back(symbols.begin(), symbols.end());
  } else {
    extents_.push_back({symbols_.size(), static_cast<std::int32_t>(symbols.size())});
    symbols_.insert(symbols_.end(), symbols.begin(), symbols.end());
  }
  counts_.push_back(count);
}

std::span<const std::int32_t> MergeWords::added(std::int32_t word) const {
  const Extent& extent = extents_[static_cast<std::size_t>(word)];
  if (extent.size < 0) return long_symbols_[static_cast<std::size_t>(-1 - extent.size)];
  return std::span(symbols_).subspan(extent.begin, static_cast<std::size_t>(extent.size));
}

void MergeWords::index_long_words() {
  for (std::vector<std::int32_t>& symbols : long_symbols_) {
    long_words_.push_back(std::make_unique<LongWord>(symbols));
    std::vector<std::int32_t>().swap(symbols);
  }
}

void MergeWords::merge(std::int32_t word, const Merge& merge, std::span<const std::int64_t> lengths,
                       std::int64_t max_length, MergeChanges& changes) {
  Extent& extent = extents_[static_cast<std::size_t>(word)];
  const std::int64_t count = counts_[static_cast<std::size_t>(word)];
  if (extent.size < 0) {
    long_words_[static_cast<std::size_t>(-1 - extent.size)]->merge(merge, count, word, lengths, max_length, changes);
    return;
  }
  std::int32_t* const symbols = symbols_.data() + extent.begin;
  const std::int32_t size = extent.size;
  const auto change = [&](MergeChanges::Side side, std::int32_t neighbour) {
    changes.gone(side, neighbour, count);
    if (lengths[static_cast<std::size_t>(neighbour)] + merge.length < max_length)
      changes.come(side, neighbour, count, word);
  };
  std::int32_t to = 0;
  for (std::int32_t from = 0; from < size; ++to) {
    if (symbols[from] != merge.first || from + 1 == size || symbols[from + 1] != merge.second) {
      symbols[to] = symbols[from++];
      continue;
    }
    if (to > 0) change(MergeChanges::kLeft, symbols[to - 1]);
    if (from + 2 < size) change(MergeChanges::kRight, symbols[from + 2]);
    symbols[to] = merge.result;
    from += 2;
  }
  extent.size = to;
}

}  // namespace sememe
