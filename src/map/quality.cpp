#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "map/points.h"
#include "sememe/map.h"

namespace sememe {
namespace {

/// The k nearest to `self` by (distance, index).
void nearest(const std::vector<double>& distances, std::int64_t self, std::int64_t k, std::vector<std::int64_t>& order,
             std::vector<std::int64_t>& out) {
  order.clear();
  for (std::int64_t j = 0; j < std::ssize(distances); ++j)
    if (j != self) order.push_back(j);
  const auto closer = [&](std::int64_t a, std::int64_t b) {
    return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
  };
  std::nth_element(order.begin(), order.begin() + (k - 1), order.end(), closer);
  out.assign(order.begin(), order.begin() + k);
}

/// By how much the ranks of `points` in the order of `distances` from `self` exceed k.
double excess(const std::vector<double>& distances, std::int64_t self, const std::vector<std::int64_t>& points,
              std::int64_t k) {
  double sum = 0;
  for (const std::int64_t j : points) {
    std::int64_t rank = 1;
    for (std::int64_t i = 0; i < std::ssize(distances); ++i)
      if (i != self && (distances[i] < distances[j] || (distances[i] == distances[j] && i < j))) ++rank;
    sum += static_cast<double>(std::max<std::int64_t>(0, rank - k));
  }
  return sum;
}

struct Scratch {
  std::vector<double> high, low;
  std::vector<std::int64_t> order, high_nearest, low_nearest;
};

}  // namespace

MapQuality map_quality(MatView<const float> points, MatView<const float> map, const QualityOptions& options) {
  const std::int64_t n = points.rows;
  if (map.rows != n || map.cols != 2)
    fail(ErrorCode::kInvalidArgument, "map quality: expected a map of (", n, ", 2), found (", map.rows, ", ", map.cols,
         ")");
  if (options.neighbors < 1)
    fail(ErrorCode::kInvalidArgument, "map quality: expected 1 neighbour or more, found ", options.neighbors);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  require_finite(points, pool);
  require_finite(map, pool);

  MapQuality out;
  const std::int64_t k = out.neighbors = std::min(options.neighbors, (n - 1) / 2);
  const std::int64_t sampled = out.sampled = std::min(n, std::max<std::int64_t>(1, options.most_points));
  for (std::int64_t s = 0; s < sampled; ++s) out.points.push_back(s * n / sampled);
  out.distortion.resize(sampled);
  if (k < 1) return out;

  std::vector<double> intruders(sampled), missing(sampled);
  const PointDistances high(points, options.metric, pool);
  std::vector<Scratch> scratches(pool.size());
  pool.run(sampled, [&](std::int64_t s, int worker) {
    Scratch& scratch = scratches[worker];
    const std::int64_t i = out.points[s];
    scratch.high.resize(n);
    scratch.low.resize(n);
    for (std::int64_t j = 0; j < n; ++j) {
      scratch.high[j] = high(i, j);
      scratch.low[j] = exact_distance(map.row_span(i), map.row_span(j), MapMetric::kEuclidean);
    }
    nearest(scratch.high, i, k, scratch.order, scratch.high_nearest);
    nearest(scratch.low, i, k, scratch.order, scratch.low_nearest);
    intruders[s] = excess(scratch.high, i, scratch.low_nearest, k);
    missing[s] = excess(scratch.low, i, scratch.high_nearest, k);
    std::int64_t kept = 0;
    for (const std::int64_t j : scratch.high_nearest)
      kept += std::count(scratch.low_nearest.begin(), scratch.low_nearest.end(), j);
    out.distortion[s] = 1 - static_cast<float>(kept) / static_cast<float>(k);
  });
  double intruding = 0, lost = 0, distorted = 0;
  for (std::int64_t s = 0; s < sampled; ++s) {
    intruding += intruders[s];
    lost += missing[s];
    distorted += out.distortion[s];
  }
  // The largest sum of excesses there can be makes 0 (Venna & Kaski 2001).
  const double worst = static_cast<double>(sampled * k) * static_cast<double>(2 * n - 3 * k - 1) / 2;
  out.trustworthiness = 1 - intruding / worst;
  out.continuity = 1 - lost / worst;
  out.knn_preservation = 1 - distorted / static_cast<double>(sampled);
  return out;
}

}  // namespace sememe
