#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sememe {

/// The merges of a BPE: which two symbols become which, and in what order of importance. One flat hash table of 64-bit
/// slots, each a whole entry, so that a lookup that fails touches one cache line.
/// Symbols are dense numbers below kMaxSymbols.
class MergeTable {
 public:
  static constexpr std::int64_t kMaxSymbols = std::int64_t{1} << 21;
  static constexpr std::int64_t kMaxMerges = (std::int64_t{1} << 22) - 1;
  static constexpr std::uint32_t kNone = kMaxMerges;  ///< a rank after all others

  struct Merge {
    std::int32_t left, right, result;
  };

  MergeTable() : MergeTable(std::vector<Merge>{}) {}
  /// `merges` by rank. Of a pair that is there twice, the last counts. `orders`, if not empty, has a number for each
  /// that does not fall: merges with the same one are equally important. Precondition: at most kMaxMerges, symbols from
  /// 0 to kMaxSymbols - 1.
  explicit MergeTable(std::vector<Merge> merges, std::vector<std::uint32_t> orders = {});

  /// Rank of the merge of two symbols, kNone if they do not merge.
  std::uint32_t rank(std::int32_t left, std::int32_t right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::uint64_t at = (key * kHash) >> shift_;; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (slot >> kRankBits == key) return static_cast<std::uint32_t>(slot & kNone);
      if (slot == kEmpty) return kNone;
    }
  }
  std::int32_t result(std::uint32_t rank) const { return merges_[rank].result; }
  /// How important a rank is, less than 2^22; the lower, the more. Precondition: not kNone.
  std::uint32_t order(std::uint32_t rank) const { return orders_.empty() ? rank : orders_[rank]; }
  const std::vector<Merge>& merges() const { return merges_; }

 private:
  static constexpr int kRankBits = 22;
  static constexpr std::uint64_t kHash = 0x9E3779B97F4A7C15;
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};  // rank kNone: no merge has that

  static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(left) << 21 | static_cast<std::uint64_t>(right);
  }

  std::vector<Merge> merges_;
  std::vector<std::uint32_t> orders_;
  std::vector<std::uint64_t> slots_;
  std::uint64_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace sememe
