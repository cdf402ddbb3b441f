#include "map/knn_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/buffer.h"
#include "base/fail.h"
#include "kernels/kernels.h"
#include "map/points.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kTileColumns = 2048;  // points that all queries of a block are multiplied with: they stay in L2
constexpr std::int64_t kQueryRows = 112;     // whose products with a tile fit there too
constexpr std::int64_t kSpare = 16;          // candidates beyond k, for what rounding may swap

/// The points as the products want them: unit rows (cosine), or moved to their mean and scaled so that no square
/// overflows (Euclidean), with what is added to a product to rank: -|y|^2 / 2.
struct Prepared {
  Buffer<float> rows;
  Buffer<float> bias;
  Buffer<float> lengths;  ///< cosine: 1, or 0 of zero vectors
  double scale = 1;       ///< Euclidean: of lengths
};

Prepared prepare(MatView<const float> points, MapMetric metric, ThreadPool& pool) {
  const std::int64_t n = points.rows, d = points.cols;
  Prepared out{.rows = Buffer<float>(n * d), .bias = Buffer<float>(n, 0.0F), .lengths = Buffer<float>(n)};
  std::vector<double> mean(d);
  if (metric == MapMetric::kEuclidean) {
    double largest = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < d; ++j) {
        mean[j] += points.row(i)[j] / static_cast<double>(n);
        largest = std::max(largest, std::abs(static_cast<double>(points.row(i)[j])));
      }
    int exponent = 0;
    std::frexp(largest, &exponent);
    out.scale = std::ldexp(1.0, largest > 0 ? -exponent : 0);
  }
  for_each_block(pool, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = points.row(i);
      float* const to = out.rows.data() + i * d;
      if (metric == MapMetric::kCosine) {
        out.lengths[i] = unit_row(points.row_span(i), to) ? 1.0F : 0.0F;
        continue;
      }
      for (std::int64_t j = 0; j < d; ++j) to[j] = static_cast<float>((from[j] - mean[j]) * out.scale);
      out.bias[i] = -0.5F * kernels().dot(to, to, d);
    }
  });
  return out;
}

struct Candidate {
  float score;  // larger is nearer
  std::int32_t index;
  bool operator<(const Candidate& other) const {
    return score != other.score ? score > other.score : index < other.index;
  }
};

/// The best `most` candidates seen so far, kept in a buffer of twice that which is cut back when it is full.
class Best {
 public:
  explicit Best(std::int64_t most) : most_(most) { kept_.reserve(2 * most); }
  void clear() {
    kept_.clear();
    threshold_ = -std::numeric_limits<float>::infinity();
  }
  /// Candidates come in ascending order of their index, so one that only equals the worst kept is not better.
  void offer(const float* scores, std::int64_t first, std::int64_t count, std::int64_t self) {
    std::int64_t j = 0;
    constexpr std::int64_t kStep = 16;
    for (; j + kStep <= count; j += kStep) {
      int above = 0;
      for (std::int64_t s = 0; s < kStep; ++s) above |= scores[j + s] > threshold_ ? 1 : 0;
      if (above != 0)
        for (std::int64_t s = j; s < j + kStep; ++s) offer_one(scores[s], first + s, self);
    }
    for (; j < count; ++j) offer_one(scores[j], first + j, self);
  }
  std::vector<Candidate>& finish() {
    cut();
    return kept_;
  }

 private:
  void offer_one(float score, std::int64_t index, std::int64_t self) {
    if (!(score > threshold_) || index == self) return;
    kept_.push_back({score, static_cast<std::int32_t>(index)});
    if (std::ssize(kept_) == 2 * most_) cut();
  }
  void cut() {
    if (std::ssize(kept_) < most_) return;
    std::nth_element(kept_.begin(), kept_.begin() + (most_ - 1), kept_.end());
    kept_.resize(most_);
    threshold_ = kept_.back().score;
  }

  std::int64_t most_;
  std::vector<Candidate> kept_;
  float threshold_ = -std::numeric_limits<float>::infinity();
};

class Search {
 public:
  Search(MatView<const float> points, MapMetric metric, ThreadPool& pool, KnnGraph& graph)
      : points_(points), metric_(metric), prepared_(prepare(points, metric, pool)), graph_(graph) {
    for (std::int64_t first = 0; first < points.rows; first += kTileColumns) {
      const std::int64_t count = std::min(kTileColumns, points.rows - first);
      tiles_.emplace_back(rows(first, count), prepared_.bias.span().subspan(first, count), pool);
    }
  }

  struct Scratch {
    Buffer<float> scores{kQueryRows * kTileColumns};
    std::vector<Best> best;
    std::vector<std::pair<double, std::int32_t>> exact;
  };

  void block(std::int64_t first, std::int64_t count, Scratch& scratch) const {
    const std::int64_t most = std::min(graph_.k + kSpare, points_.rows);
    while (std::ssize(scratch.best) < count) scratch.best.emplace_back(most);
    for (Best& best : scratch.best) best.clear();
    for (std::int64_t t = 0; t < std::ssize(tiles_); ++t) {
      const MatView<float> scores(scratch.scores.data(), count, tiles_[t].out_features(), kTileColumns);
      tiles_[t].forward(rows(first, count), scores);
      for (std::int64_t i = 0; i < count; ++i)
        scratch.best[i].offer(scores.row(i), t * kTileColumns, scores.cols, first + i);
    }
    for (std::int64_t i = 0; i < count; ++i) rank(first + i, scratch.best[i].finish(), scratch.exact);
  }

 private:
  MatView<const float> rows(std::int64_t first, std::int64_t count) const {
    return {prepared_.rows.data() + first * points_.cols, count, points_.cols};
  }

  double distance(std::int64_t i, std::int64_t j) const {
    if (points_.rows <= PointDistances::kPreciseLimit)
      return exact_distance(points_.row_span(i), points_.row_span(j), metric_);
    const float* const a = rows(i, 1).data;
    const float* const b = rows(j, 1).data;
    const double squared = kernels().squared_distance(a, b, points_.cols);
    if (metric_ == MapMetric::kEuclidean) return std::sqrt(squared) / prepared_.scale;
    const bool zero = prepared_.lengths[i] * prepared_.lengths[j] == 0;
    return zero ? 1 : squared / 2;  // |a - b|^2 = 2 - 2 cos
  }

  void rank(std::int64_t i, const std::vector<Candidate>& candidates,
            std::vector<std::pair<double, std::int32_t>>& exact) const {
    exact.clear();
    for (const Candidate& candidate : candidates) exact.emplace_back(distance(i, candidate.index), candidate.index);
    std::sort(exact.begin(), exact.end());
    for (std::int64_t c = 0; c < graph_.k; ++c) {
      graph_.distances[i * graph_.k + c] = exact[c].first;
      graph_.indices[i * graph_.k + c] = exact[c].second;
    }
  }

  MatView<const float> points_;
  MapMetric metric_;
  Prepared prepared_;
  std::vector<Linear> tiles_;
  KnnGraph& graph_;
};

}  // namespace

KnnGraph exact_knn(MatView<const float> points, std::int64_t k, MapMetric metric, ThreadPool& pool,
                   const std::function<bool(std::int64_t, std::int64_t)>& progress) {
  const std::int64_t n = points.rows;
  if (n > std::numeric_limits<std::int32_t>::max())
    fail(ErrorCode::kUnsupported, "map: expected fewer than 2^31 points, found ", n);
  KnnGraph graph{.n = n, .k = std::max<std::int64_t>(0, std::min(k, n - 1))};
  graph.indices.resize(n * graph.k);
  graph.distances.resize(n * graph.k);
  if (graph.k == 0) return graph;
  const Search search(points, metric, pool, graph);
  std::vector<Search::Scratch> scratch(pool.size());
  const std::int64_t round = kQueryRows * pool.size() * 4;  // queries between two calls of progress
  for (std::int64_t begin = 0; begin < n; begin += round) {
    if (progress && !progress(begin, n)) return graph;
    const std::int64_t rows = std::min(round, n - begin);
    for_each_block(pool, rows, kQueryRows, [&](std::int64_t first, std::int64_t count, int worker) {
      search.block(begin + first, count, scratch[worker]);
    });
  }
  return graph;
}

}  // namespace sememe
