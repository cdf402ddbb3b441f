#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// The nearest neighbours of each of n points, itself left out.
struct KnnGraph {
  std::int64_t n = 0, k = 0;
  std::vector<std::int32_t> indices;  ///< (n, k), nearest first; of equally near ones the lower index first
  std::vector<double> distances;      ///< (n, k)
  double recall = 1;  ///< part of the true neighbours that are there; measured on some points if below 1

  std::span<const std::int32_t> neighbors(std::int64_t i) const {
    return {indices.data() + i * k, static_cast<std::size_t>(k)};
  }
  std::span<const double> distances_of(std::int64_t i) const {
    return {distances.data() + i * k, static_cast<std::size_t>(k)};
  }
};

/// The neighbours that a KnnGraph holds, or the nearest of them, where they are: of a graph that stays.
class KnnView {
 public:
  KnnView(const KnnGraph& graph) : KnnView(graph, graph.k) {}  // NOLINT: all of a graph is a view of it
  /// The nearest of each point, so many at most.
  KnnView(const KnnGraph& graph, std::int64_t most) : n(graph.n), k(std::min(most, graph.k)), graph_(&graph) {}

  std::span<const std::int32_t> neighbors(std::int64_t i) const { return graph_->neighbors(i).first(k); }
  std::span<const double> distances_of(std::int64_t i) const { return graph_->distances_of(i).first(k); }

  std::int64_t n, k;

 private:
  const KnnGraph* graph_;
};

/// Tells how far the search is; false stops, and the rest of the graph is then unset. May be empty.
using KnnProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

/// Exact: all products are looked at, tile by tile, each for both of its points; the nearest k + 16 are then compared
/// anew (in double up to 4,096 points). Beyond those, and from 64 dimensions on, products are in bfloat16 where that is
/// fast: a point whose neighbours they cannot prove, by a bound on their error, is looked at again in float32, and so
/// are all if a quarter is in doubt. Values   k is lowered to n - 1. Same bits for any pool. Errors   kUnsupported:
/// more than 2^31 - 1 points. Memory   two copies of the points, 20 (k + 16) bytes a point.
KnnGraph exact_knn(MatView<const float> points, std::int64_t k, MapMetric metric, ThreadPool& pool,
                   const KnnProgress& progress = {});

/// Approximate, for many points: each looks at the cells of a k-means partition that are near its own, then at the
/// neighbours of its neighbours, and at twice as many cells, until 99 % of the true neighbours of 200 points are found,
/// or eight times as many cells were looked at; `recall` tells. It takes longer than exact_knn() for 70,000 sentence
/// vectors of 384 dimensions: it pays beyond some hundred thousand points, or for few dimensions. Same bits for any
/// pool. Values, errors, `progress` as exact_knn(). Source   inverted files: Jegou, Douze & Schmid 2011; neighbours of
/// neighbours: Dong, Moses & Li 2011.
KnnGraph approximate_knn(MatView<const float> points, std::int64_t k, MapMetric metric, std::uint64_t seed,
                         ThreadPool& pool, const KnnProgress& progress = {});

/// exact_knn() of up to options.exact_neighbors_up_to points, approximate_knn() of more.
KnnGraph find_knn(MatView<const float> points, std::int64_t k, const MapOptions& options, ThreadPool& pool,
                  const KnnProgress& progress = {});

/// The nearest of `points` to each of `queries`, exact as above: row i of the graph belongs to query i.
KnnGraph exact_knn_among(MatView<const float> points, MatView<const float> queries, std::int64_t k, MapMetric metric,
                         ThreadPool& pool);

}  // namespace sememe
