#include "explore/scene.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "explore/map_neighbors.h"
#include "map/knn_graph.h"
#include "map/make_map.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr std::int64_t kQualityNeighbors = 10;
// Points that quality is measured at. Each costs N distances: beyond this N fewer do.
constexpr std::int64_t kManyPoints = 20000, kSampled = 2000, kSampledOfMany = 500;

void check(const Scene& scene, std::int64_t n) {
  const auto refuse = [n](std::string_view what, std::size_t found) {
    fail(ErrorCode::kInvalidArgument, "explore: ", what, ": expected ", n, ", one for each point, found ", found);
  };
  if (!scene.texts.empty() && std::ssize(scene.texts) != n) refuse("texts", scene.texts.size());
  for (const SceneColumn& column : scene.columns)
    if (std::ssize(column.values) != n) refuse(concat("column ", quote(column.name)), column.values.size());
}

MapOptions options_of(const SceneOptions& options, MapMethod method) {
  MapOptions out = options.map;
  out.method = method;
  return out;
}

/// As many neighbours of each point as the page or any of its maps looks at.
KnnGraph find_neighbors(MatView<const float> points, const SceneOptions& options, ThreadPool& pool) {
  std::int64_t k = options.neighbors;
  for (const MapMethod method : options.methods)
    k = std::max(k, map_neighbor_count(options_of(options, method), points.rows));
  if (k < 1 || points.rows < 2) return {.n = points.rows};
  return find_knn(points, k, options.map, pool, [&](std::int64_t done, std::int64_t total) {
    return !options.map.progress || options.map.progress({.stage = "neighbours", .done = done, .total = total});
  });
}

void show_neighbors(Scene& scene, const KnnGraph& graph, std::int64_t k) {
  const KnnView shown(graph, k);
  scene.neighbors = shown.k;
  scene.neighbor_recall = graph.recall;
  for (std::int64_t i = 0; i < shown.n; ++i) {
    const std::span<const std::int32_t> neighbors = shown.neighbors(i);
    scene.neighbor_of.insert(scene.neighbor_of.end(), neighbors.begin(), neighbors.end());
    for (const double distance : shown.distances_of(i))
      scene.neighbor_score.push_back(static_cast<float>(scene.metric == MapMetric::kCosine ? 1 - distance : distance));
  }
}

SceneLayout make_layout(const Scene& scene, MatView<const float> points, const KnnGraph& graph, MapMethod method,
                        const SceneOptions& options, ThreadPool& pool) {
  Map map = make_map(points, options_of(options, method), graph);
  SceneLayout out{.method = method, .points = std::move(map.points), .kl_divergence = map.kl_divergence};
  out.quality = map_quality(points, out.points.view(),
                            {.metric = scene.metric,
                             .neighbors = kQualityNeighbors,
                             .most_points = points.rows > kManyPoints ? kSampledOfMany : kSampled,
                             .threads = options.map.threads});
  out.kept_of = std::min(out.quality.neighbors, scene.neighbors);
  out.kept = kept_neighbors(out.points.view(), scene.neighbor_of, scene.neighbors, out.kept_of, pool);
  return out;
}

}  // namespace

std::int64_t default_clusters(std::int64_t n) {
  if (n < 8) return 0;
  return std::clamp<std::int64_t>(std::llround(std::sqrt(static_cast<double>(n))), 2, 24);
}

void fill_scene(Scene& scene, MatView<const float> points, const SceneOptions& options) {
  scene.points = points.rows;
  scene.dimensions = points.cols;
  scene.metric = options.map.metric;
  check(scene, points.rows);
  ThreadPool pool(ThreadPool::size_for(options.map.threads));
  require_finite(points, pool);
  const auto begin = [&](std::string_view what) {
    if (options.begin) options.begin(what);
  };
  begin("neighbours");
  const KnnGraph graph = find_neighbors(points, options, pool);
  show_neighbors(scene, graph, options.neighbors);
  for (const MapMethod method : options.methods) {
    begin(map_method_name(method));
    scene.layouts.push_back(make_layout(scene, points, graph, method, options, pool));
  }
  begin("clusters");
  scene.clusters = make_clusters(points, options.clusters.value_or(default_clusters(points.rows)), scene.metric,
                                 options.map.seed, pool);
  scene.cluster_names = name_clusters(scene.clusters, scene.texts);
  for (std::size_t i = 0; i < scene.cluster_names.size(); ++i)
    if (scene.cluster_names[i].empty()) scene.cluster_names[i] = concat("cluster ", i + 1);
}

}  // namespace sememe
