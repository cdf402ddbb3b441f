#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/buffer.h"

namespace sememe {

struct Candidate {
  float score;  // larger is nearer
  std::int32_t index;
  bool operator<(const Candidate& other) const {
    return score != other.score ? score > other.score : index < other.index;
  }
};

/// The best `most` candidates of each query seen so far, in room for twice that which is cut back when it is full. What
/// is kept does not depend on the order in which candidates come.
class Candidates {
 public:
  Candidates(std::int64_t queries, std::int64_t most)
      : most_(most),
        scores_(queries * 2 * most),
        indices_(queries * 2 * most),
        counts_(queries),
        worst_(queries, std::numeric_limits<std::int32_t>::max()),
        thresholds_(queries, -std::numeric_limits<float>::infinity()) {}

  /// Of each query; whatever was offered and is not kept had a smaller score, or the same.
  const float* thresholds() const { return thresholds_.data(); }

  void offer(std::int64_t query, float score, std::int64_t index) {
    if (score < thresholds_[query] || (score == thresholds_[query] && index > worst_[query])) return;
    const std::int64_t place = query * 2 * most_ + counts_[query];
    scores_[place] = score;
    indices_[place] = static_cast<std::int32_t>(index);
    if (++counts_[query] == 2 * most_) cut(query);
  }

  /// Those of one query, in no order.
  void best(std::int64_t query, std::vector<Candidate>& out);

 private:
  void cut(std::int64_t query);
  void cut_among_equals(std::int64_t query);

  std::int64_t most_;
  Buffer<float> scores_;
  Buffer<std::int32_t> indices_;
  std::vector<std::int32_t> counts_;
  std::vector<std::int32_t> worst_;  ///< the last index that is kept of those with the threshold's score
  std::vector<float> thresholds_;
};

}  // namespace sememe
