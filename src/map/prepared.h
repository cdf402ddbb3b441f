#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// The points as the products want them: unit rows (cosine), or moved to their mean and scaled so that no square
/// overflows (Euclidean), with what is added to a product to rank: -|y|^2 / 2.
struct Prepared {
  Buffer<float> rows;
  Buffer<float> bias;
  Buffer<float> lengths;  ///< cosine: 1, or 0 of zero vectors
};

/// What the coordinates of all points are moved by, and multiplied with.
struct Frame {
  std::vector<double> mean;
  double scale = 1;
};

/// The frame of points, and of queries, which may be none.
Frame frame_of(MatView<const float> points, MatView<const float> queries, MapMetric metric);

Prepared prepare(MatView<const float> points, const Frame& frame, MapMetric metric, ThreadPool& pool);

/// Distance of row i of one and row j of another, of d coordinates, in float32.
double prepared_distance(const Prepared& a, std::int64_t i, const Prepared& b, std::int64_t j, std::int64_t d,
                         const Frame& frame, MapMetric metric);

struct Candidate {
  float score;  // larger is nearer
  std::int32_t index;
  bool operator<(const Candidate& other) const {
    return score != other.score ? score > other.score : index < other.index;
  }
};

/// The best `most` candidates of each query seen so far, in buffers of twice that which are cut back when they are
/// full. What is kept does not depend on the order in which candidates come.
class Candidates {
 public:
  Candidates(std::int64_t queries, std::int64_t most)
      : most_(most),
        kept_(queries * 2 * most),
        counts_(queries),
        worst_(queries, std::numeric_limits<std::int32_t>::max()),
        thresholds_(queries, -std::numeric_limits<float>::infinity()) {}

  const float* thresholds() const { return thresholds_.data(); }

  void offer(std::int64_t query, float score, std::int64_t index) {
    if (score < thresholds_[query] || (score == thresholds_[query] && index > worst_[query])) return;
    Candidate* const kept = kept_.data() + query * 2 * most_;
    kept[counts_[query]++] = {score, static_cast<std::int32_t>(index)};
    if (counts_[query] == 2 * most_) cut(query);
  }

  std::span<const Candidate> best(std::int64_t query) {
    if (counts_[query] > most_) cut(query);
    return {kept_.data() + query * 2 * most_, static_cast<std::size_t>(counts_[query])};
  }

 private:
  void cut(std::int64_t query) {
    Candidate* const kept = kept_.data() + query * 2 * most_;
    std::nth_element(kept, kept + (most_ - 1), kept + counts_[query]);
    counts_[query] = static_cast<std::int32_t>(most_);
    thresholds_[query] = kept[most_ - 1].score;
    worst_[query] = kept[most_ - 1].index;
  }

  std::int64_t most_;
  Buffer<Candidate> kept_;
  std::vector<std::int32_t> counts_, worst_;
  std::vector<float> thresholds_;
};

}  // namespace sememe
