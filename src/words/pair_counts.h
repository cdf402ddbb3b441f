#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "io/spill_file.h"

namespace sememe {

/// How often pairs of words occur, in whole numbers, so that the sums do not depend on any order.
struct PairCount {
  std::uint64_t pair;  ///< (first << 32) | second, first <= second
  std::uint64_t count;
};

/// One thread's counts: a triangle for the most frequent words, a table for the rest, which is sorted and written out
/// when it is full.
class PairCountTable {
 public:
  /// Precondition: `bytes` >= kLeastBytes.
  PairCountTable(std::int64_t words, std::int64_t bytes);
  static constexpr std::int64_t kLeastBytes = std::int64_t{16} << 20;

  void add(std::int32_t a, std::int32_t b, std::uint64_t count) {
    const auto first = static_cast<std::uint64_t>(a < b ? a : b), second = static_cast<std::uint64_t>(a < b ? b : a);
    if (second < static_cast<std::uint64_t>(dense_words_)) {
      dense_[second * (second + 1) / 2 + first] += count;
    } else {
      add_sparse(first << 32 | second, count);
    }
  }

 private:
  friend void merge_pairs(std::vector<PairCountTable>& tables, ThreadPool& pool,
                          FunctionRef<void(const PairCount&)> take);
  void add_sparse(std::uint64_t pair, std::uint64_t count);
  void grow_or_spill();
  /// All counts of the table, sorted; it is empty then.
  std::vector<PairCount> take_sorted();

  struct Run {
    std::int64_t at, size;  // in the file; in PairCounts
  };
  std::int64_t dense_words_;
  std::vector<std::uint64_t> dense_;
  std::vector<PairCount> slots_;  // open addressing; a count of 0 is free
  std::size_t used_ = 0, most_slots_;
  SpillFile file_;
  std::vector<Run> runs_;
};

/// Hands out each pair of all tables once, sorted, with the sum of its counts; the tables are empty then.
void merge_pairs(std::vector<PairCountTable>& tables, ThreadPool& pool, FunctionRef<void(const PairCount&)> take);

}  // namespace sememe
