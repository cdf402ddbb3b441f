#include "map/knn_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/buffer.h"
#include "base/fail.h"
#include "kernels/kernels.h"
#include "map/candidates.h"
#include "map/coarse_rows.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/prepared.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kTile = 1024;                   // points whose products with others are taken together
constexpr std::int64_t kQueryRows = 112;               // of a tile at once: their products stay in L2
constexpr std::int64_t kSpare = 16, kCoarseSpare = 8;  // candidates beyond k, for what rounding may swap
// Fast products pay for that many points of so many dimensions; in few dimensions too many points are equally near.
constexpr std::int64_t kCoarsePoints = 4096, kCoarseDims = 64;

struct Scratch {
  Buffer<float> dots{kQueryRows * kTile};
  Buffer<std::int32_t> hits{kTile};
  std::vector<Candidate> found;
  std::vector<std::pair<double, std::int32_t>> exact;
};

/// Points among which neighbours are looked for, and queries, which may be the same.
class Search {
 public:
  /// `type`: of the products that choose candidates. `same`: the queries are the points; else, `self`: which of the
  /// points each is, or empty. A point is not its own neighbour.
  Search(MatView<const float> points, MatView<const float> queries, bool same, std::span<const std::int64_t> self,
         std::int64_t k, MapMetric metric, NumberType type, ThreadPool& pool)
      : points_(points),
        queries_(queries),
        same_(same),
        self_(self),
        metric_(metric),
        pool_(pool),
        frame_(frame_of(points, same_ ? MatView<const float>() : queries, metric)),
        base_(prepare(points, frame_, metric, pool)),
        coarse_base_(base_, points.rows, points.cols, type, pool),
        // What fast products may swap grows with k, and what it is too few for is looked at again.
        candidates_(queries.rows,
                    std::min(k + (type == NumberType::kFloat32 ? kSpare : kCoarseSpare + k / 4), points.rows)),
        scratch_(pool.size()),
        graph_{.n = queries.rows, .k = k} {
    if (!same_) {
      asked_ = prepare(queries, frame_, metric, pool);
      coarse_asked_ = CoarseRows(asked_, queries.rows, queries.cols, type, pool);
    }
    graph_.indices.resize(graph_.n * k);
    graph_.distances.resize(graph_.n * k);
    for (std::int64_t first = 0; first < points.rows; first += kTile)
      tiles_.emplace_back(MatView<const float>(base_.rows.data() + first * points.cols,
                                               std::min(kTile, points.rows - first), points.cols),
                          std::span<const float>(), pool, type);
  }

  /// Each pair of tiles once. In a round no tile is in two pairs, so that each has its candidates for itself.
  KnnGraph within(const KnnProgress& progress) {
    const std::int64_t tiles = std::ssize(tiles_), seats = tiles + tiles % 2, rounds = std::max<std::int64_t>(1, seats);
    for (std::int64_t round = 0; round < rounds; ++round) {
      if (progress && !progress(round * points_.rows / rounds, points_.rows)) {
        stopped_ = true;
        return std::move(graph_);
      }
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

  bool stopped() const { return stopped_; }

  /// Queries of `found` that may lack a neighbour: a point that was not compared anew could, for all that is known of
  /// its product, be nearer than the last one found.
  std::vector<std::int64_t> doubtful(const KnnGraph& found) const {
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < found.n; ++i) {
      const std::int32_t last = found.neighbors(i).back();
      const float score =
          kernels().dot(asked().rows.data() + i * points_.cols, base_.rows.data() + last * points_.cols, points_.cols) +
          base_.bias[last];
      const double unseen = static_cast<double>(candidates_.thresholds()[i]) + coarse_asked().error(i, coarse_base_);
      if (!(static_cast<double>(score) > unseen)) out.push_back(i);
    }
    return out;
  }

 private:
  const Prepared& asked() const { return same_ ? base_ : asked_; }
  const CoarseRows& coarse_asked() const { return same_ ? coarse_base_ : coarse_asked_; }
  std::int64_t self(std::int64_t query) const { return same_ ? query : self_.empty() ? -1 : self_[query]; }

  void multiply(std::int64_t a, std::int64_t b, bool both, Scratch& scratch) {
    const std::int64_t end = std::min((a + 1) * kTile, queries_.rows);
    for (std::int64_t first = a * kTile; first < end; first += kQueryRows)
      multiply_rows(first, std::min(kQueryRows, end - first), b, both, scratch);
  }

  /// Products of queries with tile t: candidates for the queries, and, if `both`, for the points of the tile.
  void multiply_rows(std::int64_t first, std::int64_t count, std::int64_t t, bool both, Scratch& scratch) {
    const std::int64_t column = t * kTile, columns = tiles_[t].out_features();
    const MatView<float> dots(scratch.dots.data(), count, columns, kTile);
    tiles_[t].forward(coarse_asked().rows(first, count), dots);
    std::int32_t* const hits = scratch.hits.data();
    for (std::int64_t i = 0; i < count; ++i) {
      const float* const row = dots.row(i);
      const std::int64_t query = first + i;
      std::int64_t found =
          lanes().find_in_row(row, base_.bias.data() + column, candidates_.thresholds()[query], columns, hits);
      for (std::int64_t h = 0; h < found; ++h) {
        const std::int64_t index = column + hits[h];
        if (index != self(query)) candidates_.offer(query, row[hits[h]] + base_.bias[index], index);
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
      auto& [dots, hits, found, exact] = scratch_[worker];
      for (std::int64_t i = first; i < first + count; ++i) {
        exact.clear();
        candidates_.best(i, found);
        for (const Candidate& candidate : found) exact.emplace_back(distance(i, candidate.index), candidate.index);
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
  std::span<const std::int64_t> self_;
  MapMetric metric_;
  ThreadPool& pool_;
  Frame frame_;
  Prepared base_, asked_;
  CoarseRows coarse_base_, coarse_asked_;
  std::vector<Linear> tiles_;
  Candidates candidates_;
  std::vector<Scratch> scratch_;
  KnnGraph graph_;
  bool stopped_ = false;
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
  const auto in_float = [&] {
    return Search(points, points, true, {}, k, metric, NumberType::kFloat32, pool).within(progress);
  };
  if (n <= kCoarsePoints || points.cols < kCoarseDims || fastest_float() == NumberType::kFloat32) return in_float();

  KnnGraph graph;
  std::vector<std::int64_t> doubtful;
  {
    Search search(points, points, true, {}, k, metric, fastest_float(), pool);
    graph = search.within(progress);
    if (search.stopped()) return graph;
    doubtful = search.doubtful(graph);
  }
  if (doubtful.empty()) return graph;
  if (std::ssize(doubtful) > n / 4) return in_float();
  Matrix queries(std::ssize(doubtful), points.cols);
  for (std::int64_t q = 0; q < queries.rows(); ++q)
    std::copy_n(points.row(doubtful[q]), points.cols, queries.row(q).data());
  const KnnGraph again = Search(points, queries.view(), false, doubtful, k, metric, NumberType::kFloat32, pool).among();
  for (std::int64_t q = 0; q < again.n; ++q) {
    std::copy_n(again.indices.begin() + q * k, k, graph.indices.begin() + doubtful[q] * k);
    std::copy_n(again.distances.begin() + q * k, k, graph.distances.begin() + doubtful[q] * k);
  }
  return graph;
}

KnnGraph exact_knn_among(MatView<const float> points, MatView<const float> queries, std::int64_t k, MapMetric metric,
                         ThreadPool& pool) {
  check_count(points);
  k = std::max<std::int64_t>(0, std::min(k, points.rows));
  if (k == 0 || queries.rows == 0) return {.n = queries.rows, .k = k};
  return Search(points, queries, false, {}, k, metric, NumberType::kFloat32, pool).among();
}

KnnGraph find_knn(MatView<const float> points, std::int64_t k, const MapOptions& options, ThreadPool& pool,
                  const KnnProgress& progress) {
  return points.rows > options.exact_neighbors_up_to
             ? approximate_knn(points, k, options.metric, options.seed, pool, progress)
             : exact_knn(points, k, options.metric, pool, progress);
}

}  // namespace sememe
