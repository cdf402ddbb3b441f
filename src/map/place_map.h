#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "map/knn_graph.h"
#include "map/pca.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// A finished map, made ready once to take further points: see place_on_map().
class MapPlacer {
 public:
  /// Shapes   points (N, D), N >= 1, finite; map (N, 2). Both are read here alone. Of the options, those count that
  ///          place_on_map() names.
  MapPlacer(MatView<const float> points, MatView<const float> map, const MapOptions& options, ThreadPool& pool);

  /// Points of the map that place() wants to know for each one: its nearest. PCA wants none.
  std::int64_t neighbors() const { return neighbors_; }

  /// Shapes   added (M, D), finite; near: M rows of neighbors() points of the map and their distances -> (M, 2).
  /// Values   each row is placed alone; the same bits for any pool.
  Matrix place(MatView<const float> added, const KnnGraph& near, ThreadPool& pool) const;

 private:
  void project(MatView<const float> added, Matrix& out) const;
  void umap(const KnnGraph& near, ThreadPool& pool, Matrix& out) const;
  void tsne(const KnnGraph& near, ThreadPool& pool, Matrix& out) const;

  MapOptions options_;
  std::int64_t n_, neighbors_ = 0;
  double perplexity_ = 0;        ///< t-SNE
  std::vector<double> columns_;  ///< t-SNE: x of all points, then y
  std::vector<float> map_;       ///< UMAP: pairs
  PcaFit fit_;                   ///< PCA
};

}  // namespace sememe
