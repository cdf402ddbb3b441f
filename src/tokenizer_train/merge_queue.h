#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer_train/symbol_pair.h"

namespace sememe {

/// A pair that may be merged next, and where: a range of the trainer's list of word numbers.
struct MergeCandidate {
  SymbolPair pair;
  std::uint64_t count = 0;
  std::size_t words_begin = 0, words_end = 0;
};

/// Hands out the candidate of the highest count; of those the one of the smallest pair, then the one pushed first.
/// Most candidates are rare and never asked for: those below kBuckets wait unsorted, one list for each count.
class MergeQueue {
 public:
  MergeQueue() : buckets_(kBuckets) {}
  void push(const MergeCandidate& candidate);
  /// False if there is none.
  bool pop(MergeCandidate& candidate);

 private:
  static constexpr std::uint64_t kBuckets = 1 << 14;
  struct Ranked {
    MergeCandidate candidate;
    std::uint64_t order;
    /// For a heap whose top is the best.
    bool operator<(const Ranked& other) const {
      if (candidate.count != other.candidate.count) return candidate.count < other.candidate.count;
      if (candidate.pair != other.candidate.pair) return other.candidate.pair < candidate.pair;
      return other.order < order;
    }
  };

  std::vector<Ranked> heap_;  // everything with a count of lowest_ or more
  std::vector<std::vector<Ranked>> buckets_;
  std::uint64_t lowest_ = kBuckets, pushed_ = 0;
};

}  // namespace sememe
