#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explore/clusters.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// What is known of each point beside its vector: a category, or a number.
struct SceneColumn {
  std::string name;
  std::vector<std::string> values;  ///< (N)
};

/// One map of the points.
struct SceneLayout {
  MapMethod method = MapMethod::kPca;
  Matrix points;  ///< (N, 2)
  std::optional<double> kl_divergence;
  MapQuality quality;
  std::int64_t kept_of = 0;        ///< true neighbours that `kept` looks at
  std::vector<std::uint8_t> kept;  ///< (N): how many of them are as near on the map
};

/// All that the page of `sememe explore` shows.
struct Scene {
  std::string title;
  std::string model;  ///< what made the vectors, "" if that is not known
  std::int64_t points = 0, dimensions = 0;
  MapMetric metric = MapMetric::kCosine;
  std::vector<std::string> texts;  ///< (N), or empty
  std::vector<SceneColumn> columns;
  std::vector<SceneLayout> layouts;       ///< the first is shown first
  std::int64_t neighbors = 0;             ///< K
  std::vector<std::int32_t> neighbor_of;  ///< (N, K), nearest first, in the original space
  std::vector<float> neighbor_score;      ///< (N, K): cosine, or distance under kEuclidean
  double neighbor_recall = 1;             ///< part of the true neighbours that are there, measured if below 1
  Clusters clusters;
  std::vector<std::string> cluster_names;
  std::string tour;  ///< Tour::document() of a page that begins with the lesson, else ""
};

struct SceneOptions {
  std::vector<MapMethod> methods;        ///< in the order of the page; their other options are those of `map`
  MapOptions map;                        ///< progress is told for every method
  std::int64_t neighbors = 10;           ///< 0: none, which saves the search for them
  std::optional<std::int64_t> clusters;  ///< absent: as many as suit N
  /// Called with the layout's name before its stages begin.
  std::function<void(std::string_view what)> begin;
};

/// Makes maps, neighbours and clusters of points. The caller moves texts and columns in before: names of clusters are
/// made of the texts.
///
/// Neighbours are looked for approximately beyond options.map.exact_neighbors_up_to points.
///
/// Shapes   points (N, D); scene.texts and all columns (N), or empty.
/// Values   the same for one seed and any number of threads.
/// Errors   kInvalidArgument: a row with NaN or infinity, options out of range, other numbers of texts or values.
void fill_scene(Scene& scene, MatView<const float> points, const SceneOptions& options);

/// Clusters that suit n points.
std::int64_t default_clusters(std::int64_t n);

}  // namespace sememe
