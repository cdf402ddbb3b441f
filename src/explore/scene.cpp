#include "explore/scene.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "explore/map_neighbors.h"
#include "map/knn_graph.h"
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

void find_neighbors(Scene& scene, MatView<const float> points, const SceneOptions& options, ThreadPool& pool) {
  const std::int64_t k = scene.neighbors = std::min(options.neighbors, std::max<std::int64_t>(0, points.rows - 1));
  if (k < 1) return;
  const KnnProgress progress = [&](std::int64_t done, std::int64_t total) {
    return !options.map.progress || options.map.progress({.stage = "neighbours", .done = done, .total = total});
  };
  KnnGraph graph = find_knn(points, k, options.map, pool, progress);
  scene.neighbor_recall = graph.recall;
  scene.neighbor_of = std::move(graph.indices);
  for (const double distance : graph.distances)
    scene.neighbor_score.push_back(static_cast<float>(scene.metric == MapMetric::kCosine ? 1 - distance : distance));
}

SceneLayout make_layout(const Scene& scene, MatView<const float> points, MapMethod method, const SceneOptions& options,
                        ThreadPool& pool) {
  MapOptions how = options.map;
  how.method = method;
  Map map = make_map(points, how);
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
  find_neighbors(scene, points, options, pool);
  for (const MapMethod method : options.methods) {
    begin(map_method_name(method));
    scene.layouts.push_back(make_layout(scene, points, method, options, pool));
  }
  begin("clusters");
  scene.clusters = make_clusters(points, options.clusters.value_or(default_clusters(points.rows)), scene.metric,
                                 options.map.seed, pool);
  scene.cluster_names = name_clusters(scene.clusters, scene.texts);
  for (std::size_t i = 0; i < scene.cluster_names.size(); ++i)
    if (scene.cluster_names[i].empty()) scene.cluster_names[i] = concat("cluster ", i + 1);
}

}  // namespace sememe
