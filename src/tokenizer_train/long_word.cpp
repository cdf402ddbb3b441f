#include "tokenizer_train/long_word.h"

#include <algorithm>

namespace sememe {

LongWord::LongWord(std::span<const std::int32_t> symbols)
    : symbols_(symbols.begin(), symbols.end()),
      previous_(symbols.size()),
      next_(symbols.size()),
      previous_equal_(symbols.size(), kNone),
      next_equal_(symbols.size(), kNone) {
  const auto size = static_cast<std::int32_t>(symbols.size());
  for (std::int32_t i = 0; i < size; ++i) {
    at(previous_, i) = i - 1;
    at(next_, i) = i + 1 < size ? i + 1 : kNone;
  }
  for (std::int32_t i = 0; i + 1 < size; ++i) link(i);
}

void LongWord::link(std::int32_t i) {
  std::int64_t& head = heads_[pair_at(i)];
  const auto first = static_cast<std::int32_t>(head - 1);
  at(previous_equal_, i) = kNone;
  at(next_equal_, i) = first;
  if (first != kNone) at(previous_equal_, first) = i;
  head = i + 1;
}

void LongWord::unlink(std::int32_t i) {
  const std::int32_t before = at(previous_equal_, i), after = at(next_equal_, i);
  if (after != kNone) at(previous_equal_, after) = before;
  if (before != kNone) {
    at(next_equal_, before) = after;
  } else {
    heads_[pair_at(i)] = after + 1;
  }
}

void LongWord::merge(const Merge& merge, std::int64_t count, std::int32_t word, std::span<const std::int64_t> lengths,
                     std::int64_t max_length, MergeChanges& changes) {
  std::vector<std::int32_t> places;
  const SymbolPair pair{merge.first, merge.second};
  for (auto i = static_cast<std::int32_t>(heads_[pair] - 1); i != kNone; i = at(next_equal_, i)) places.push_back(i);
  std::sort(places.begin(), places.end());
  const auto counts = [&](std::int32_t neighbour) {
    return lengths[static_cast<std::size_t>(neighbour)] + merge.length < max_length;
  };
  for (const std::int32_t i : places) {
    if (at(symbols_, i) != merge.first) continue;  // "aaa": the place before took it
    const std::int32_t second = at(next_, i), left = at(previous_, i);
    if (second == kNone || at(symbols_, second) != merge.second) continue;
    const std::int32_t right = at(next_, second);
    if (left != kNone) unlink(left);
    if (right != kNone) unlink(second);
    unlink(i);
    at(symbols_, i) = merge.result;
    at(symbols_, second) = kNone;
    at(next_, i) = right;
    if (left != kNone) {
      const std::int32_t neighbour = at(symbols_, left);
      changes.gone(MergeChanges::kLeft, neighbour, count);
      if (counts(neighbour)) changes.come(MergeChanges::kLeft, neighbour, count, word);
      link(left);
    }
    if (right != kNone) {
      const std::int32_t neighbour = at(symbols_, right);
      at(previous_, right) = i;
      changes.gone(MergeChanges::kRight, neighbour, count);
      if (counts(neighbour)) changes.come(MergeChanges::kRight, neighbour, count, word);
      link(i);
    }
  }
}

}  // namespace sememe
