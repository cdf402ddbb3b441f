#include "map/knn_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/buffer.h"
#include "base/fail.h"
#include "kernels/kernels.h"
#include "map/lanes.h"
#include "map/points.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kTile = 1024;      // points whose products with others are taken together
constexpr std::int64_t kQueryRows = 112;  // of a tile at once: their products stay in L2
constexpr std::int64_t kSpare = 16;       // candidates beyond k, for what rounding may swap

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

Frame frame_of(MatView<const float> points, MatView<const float> queries, MapMetric metric) {
  Frame out{.mean = std::vector<double>(points.cols)};
  if (metric == MapMetric::kCosine) return out;
  double largest = 0;
  for (std::int64_t i = 0; i < points.rows; ++i)
    for (std::int64_t j = 0; j < points.cols; ++j) {
      out.mean[j] += points.row(i)[j] / static_cast<double>(points.rows);
      largest = std::max(largest, std::abs(static_cast<double>(points.row(i)[j])));
    }
  for (std::int64_t i = 0; i < queries.rows; ++i)
    for (std::int64_t j = 0; j < queries.cols; ++j)
      largest = std::max(largest, std::abs(static_cast<double>(queries.row(i)[j])));
  int exponent = 0;
  std::frexp(largest, &exponent);
  out.scale = std::ldexp(1.0, largest > 0 ? -exponent : 0);
  return out;
}

Prepared prepare(MatView<const float> points, const Frame& frame, MapMetric metric, ThreadPool& pool) {
  const std::int64_t n = points.rows, d = points.cols;
  Prepared out{.rows = Buffer<float>(n * d), .bias = Buffer<float>(n, 0.0F), .lengths = Buffer<float>(n, 1.0F)};
  for_each_block(pool, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = points.row(i);
      float* const to = out.rows.data() + i * d;
      if (metric == MapMetric::kCosine) {
        out.lengths[i] = unit_row(points.row_span(i), to) ? 1.0F : 0.0F;
        continue;
      }
      for (std::int64_t j = 0; j < d; ++j) to[j] = static_cast<float>((from[j] - frame.mean[j]) * frame.scale);
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

struct Scratch {
  Buffer<float> dots{kQueryRows * kTile};
  Buffer<std::int32_t> hits{kTile};
  std::vector<std::pair<double, std::int32_t>> exact;
};

/// Points among which neighbours are looked for, and queries, which may be the same.
class Search {
 public:
  Search(MatView<const float> points, MatView<const float> queries, bool same, std::int64_t k, MapMetric metric,
         ThreadPool& pool)
      : points_(points),
        queries_(queries),
        same_(same),
        metric_(metric),
        pool_(pool),
        frame_(frame_of(points, same ? MatView<const float>() : queries, metric)),
        base_(prepare(points, frame_, metric, pool)),
        candidates_(queries.rows, std::min(k + kSpare, points.rows)),
        scratch_(pool.size()),
        graph_{.n = queries.rows, .k = k} {
    if (!same) asked_ = prepare(queries, frame_, metric, pool);
    graph_.indices.resize(graph_.n * k);
    graph_.distances.resize(graph_.n * k);
    for (std::int64_t first = 0; first < points.rows; first += kTile)
      tiles_.emplace_back(rows(base_, points_, first, std::min(kTile, points.rows - first)), std::span<const float>(),
                          pool);
  }

  /// Each pair of tiles once. In a round no tile is in two pairs, so that each has its candidates for itself.
  KnnGraph within(const KnnProgress& progress) {
    const std::int64_t tiles = std::ssize(tiles_), seats = tiles + tiles % 2, rounds = std::max<std::int64_t>(1, seats);
    for (std::int64_t round = 0; round < rounds; ++round) {
      if (progress && !progress(round * points_.rows / rounds, points_.rows)) return std::move(graph_);
      if (round == 0) {
        pool_.run(tiles, [&](std::int64_t t, int worker) { multiply(t, t, false, scratch_[worker]); });
        continue;
      }
      // A tournament: the last seat stays, the others move round.
      pool_.run(seats / 2, [&](std::int64_t pair, int worker) {
        const std::int64_t ring = seats - 1;
        const std::int64_t a = pair == 0 ? seats - 1 : (round - 1 + pair) % ring;
        const std::int64_t b = pair == 0 ? round - 1 : (round - 1 - pair + ring) % ring;
        if (a < tiles && b < tiles) multiply(a, b, true, scratch_[worker]);
      });
    }
    return rank();
  }

  KnnGraph among() {
    const std::int64_t tiles = std::ssize(tiles_);
    for_each_block(pool_, queries_.rows, kQueryRows, [&](std::int64_t first, std::int64_t count, int worker) {
      for (std::int64_t t = 0; t < tiles; ++t) multiply_rows(first, count, t, false, scratch_[worker]);
    });
    return rank();
  }

 private:
  static MatView<const float> rows(const Prepared& prepared, MatView<const float> like, std::int64_t first,
                                   std::int64_t count) {
    return {prepared.rows.data() + first * like.cols, count, like.cols};
  }
  const Prepared& asked() const { return same_ ? base_ : asked_; }

  void multiply(std::int64_t a, std::int64_t b, bool both, Scratch& scratch) {
    const std::int64_t end = std::min((a + 1) * kTile, queries_.rows);
    for (std::int64_t first = a * kTile; first < end; first += kQueryRows)
      multiply_rows(first, std::min(kQueryRows, end - first), b, both, scratch);
  }

  /// Products of queries with tile t: candidates for the queries, and, if `both`, for the points of the tile.
  void multiply_rows(std::int64_t first, std::int64_t count, std::int64_t t, bool both, Scratch& scratch) {
    const std::int64_t column = t * kTile, columns = tiles_[t].out_features();
    const MatView<float> dots(scratch.dots.data(), count, columns, kTile);
    tiles_[t].forward(rows(asked(), queries_, first, count), dots);
    std::int32_t* const hits = scratch.hits.data();
    for (std::int64_t i = 0; i < count; ++i) {
      const float* const row = dots.row(i);
      const std::int64_t query = first + i;
      std::int64_t found =
          lanes().find_in_row(row, base_.bias.data() + column, candidates_.thresholds()[query], columns, hits);
      for (std::int64_t h = 0; h < found; ++h) {
        const std::int64_t index = column + hits[h];
        if (!same_ || index != query) candidates_.offer(query, row[hits[h]] + base_.bias[index], index);
      }
      if (!both) continue;
      found = lanes().find_in_columns(row, base_.bias[query], candidates_.thresholds() + column, columns, hits);
      for (std::int64_t h = 0; h < found; ++h)
        candidates_.offer(column + hits[h], row[hits[h]] + base_.bias[query], query);
    }
  }

  double distance(std::int64_t i, std::int64_t j) const {
    if (points_.rows <= PointDistances::kPreciseLimit)
      return exact_distance(queries_.row_span(i), points_.row_span(j), metric_);
    const double squared = kernels().squared_distance(asked().rows.data() + i * points_.cols,
                                                      base_.rows.data() + j * points_.cols, points_.cols);
    if (metric_ == MapMetric::kEuclidean) return std::sqrt(squared) / frame_.scale;
    const bool zero = asked().lengths[i] * base_.lengths[j] == 0;
    return zero ? 1 : squared / 2;  // |a - b|^2 = 2 - 2 cos
  }

  /// Candidates by their distance, computed anew.
  KnnGraph rank() {
    for_each_block(pool_, graph_.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int worker) {
      auto& exact = scratch_[worker].exact;
      for (std::int64_t i = first; i < first + count; ++i) {
        exact.clear();
        for (const Candidate& candidate : candidates_.best(i))
          exact.emplace_back(distance(i, candidate.index), candidate.index);
        std::sort(exact.begin(), exact.end());
        for (std::int64_t c = 0; c < graph_.k; ++c) {
          graph_.distances[i * graph_.k + c] = exact[c].first;
          graph_.indices[i * graph_.k + c] = exact[c].second;
        }
      }
    });
    return std::move(graph_);
  }

  MatView<const float> points_, queries_;
  bool same_;
  MapMetric metric_;
  ThreadPool& pool_;
  Frame frame_;
  Prepared base_, asked_;
  std::vector<Linear> tiles_;
  Candidates candidates_;
  std::vector<Scratch> scratch_;
  KnnGraph graph_;
};

void check_count(MatView<const float> points) {
  if (points.rows > std::numeric_limits<std::int32_t>::max())
    fail(ErrorCode::kUnsupported, "map: expected fewer than 2^31 points, found ", points.rows);
}

}  // namespace

KnnGraph exact_knn(MatView<const float> points, std::int64_t k, MapMetric metric, ThreadPool& pool,
                   const KnnProgress& progress) {
  check_count(points);
  const std::int64_t n = points.rows;
  k = std::max<std::int64_t>(0, std::min(k, n - 1));
  if (k == 0) return {.n = n};
  return Search(points, points, true, k, metric, pool).within(progress);
}

KnnGraph exact_knn_among(MatView<const float> points, MatView<const float> queries, std::int64_t k, MapMetric metric,
                         ThreadPool& pool) {
  check_count(points);
  k = std::max<std::int64_t>(0, std::min(k, points.rows));
  if (k == 0 || queries.rows == 0) return {.n = queries.rows, .k = k};
  return Search(points, queries, false, k, metric, pool).among();
}

}  // namespace sememe
