#include "map/knn_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/buffer.h"
#include "base/fail.h"
#include "kernels/kernels.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/prepared.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kTile = 1024;      // points whose products with others are taken together
constexpr std::int64_t kQueryRows = 112;  // of a tile at once: their products stay in L2
constexpr std::int64_t kSpare = 16;       // candidates beyond k, for what rounding may swap

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
    return prepared_distance(asked(), i, base_, j, points_.cols, frame_, metric_);
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
