#include "tokenize/models/merge_table.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sememe {

MergeTable::MergeTable(std::vector<Merge> merges, std::vector<std::uint32_t> orders)
    : merges_(std::move(merges)), orders_(std::move(orders)) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(merges_.size() * 2, 2));  // at most half full
  slots_.assign(size, kEmpty);
  mask_ = size - 1;
  shift_ = 64 - std::countr_zero(size);
  for (std::size_t i = 0; i < merges_.size(); ++i) {
    const std::uint64_t key = key_of(merges_[i].left, merges_[i].right);
    std::uint64_t at = (key * kHash) >> shift_;
    while (slots_[at] != kEmpty && slots_[at] >> kRankBits != key) at = (at + 1) & mask_;
    slots_[at] = key << kRankBits | i;
  }
}

}  // namespace sememe
