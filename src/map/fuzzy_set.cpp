#include "map/fuzzy_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "map/points.h"

namespace sememe {
namespace {

constexpr double kTolerance = 1e-5;     // of the sum of memberships
constexpr double kLeastSigma = 1e-3;    // in mean distances
constexpr double kUnknownDistance = 1;  // of labels

double search_sigma(std::span<const double> distances, double rho, double target) {
  double low = 0, high = std::numeric_limits<double>::infinity(), sigma = 1;
  for (int step = 0; step < 64; ++step) {
    double sum = 0;
    for (const double d : distances) sum += d > rho ? std::exp(-(d - rho) / sigma) : 1;
    if (std::abs(sum - target) < kTolerance) break;
    (sum > target ? high : low) = sigma;
    sigma = std::isinf(high) ? sigma * 2 : (low + high) / 2;
  }
  return sigma;
}

double sum_of(std::span<const double> values, double before = 0) {
  for (const double v : values) before += v;
  return before;
}

}  // namespace

Reach reach_of(KnnView graph, std::int64_t neighbors, bool connected, ThreadPool& pool) {
  Reach out{.rhos = std::vector<double>(graph.n), .sigmas = std::vector<double>(graph.n)};
  // umap-learn counts a point among its own neighbours.
  const std::int64_t counted = graph.k + (connected ? 1 : 0);
  double sum = 0;
  for (std::int64_t i = 0; i < graph.n; ++i) sum = sum_of(graph.distances_of(i), sum);
  const double mean_of_all = sum / static_cast<double>(std::max<std::int64_t>(1, graph.n * counted));
  const double target = std::log2(static_cast<double>(std::max<std::int64_t>(2, neighbors)));
  for_each_block(pool, graph.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const std::span<const double> distances = graph.distances_of(i);
      double rho = 0;
      if (connected)
        for (std::size_t j = 0; j < distances.size() && rho == 0; ++j) rho = distances[j];
      const double sigma = search_sigma(connected || distances.empty() ? distances : distances.subspan(1), rho, target);
      const double mean = rho > 0 ? sum_of(distances) / static_cast<double>(counted) : mean_of_all;
      out.rhos[i] = rho;
      out.sigmas[i] = std::max(sigma, kLeastSigma * mean);
    }
  });
  return out;
}

std::vector<double> memberships(KnnView graph, const Reach& reach, ThreadPool& pool) {
  std::vector<double> out(graph.n * graph.k);
  for_each_block(pool, graph.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t j = 0; j < graph.k; ++j) {
        const double beyond = graph.distances_of(i)[j] - reach.rhos[i];
        out[i * graph.k + j] = beyond > 0 && reach.sigmas[i] > 0 ? std::exp(-beyond / reach.sigmas[i]) : 1;
      }
  });
  return out;
}

SparseMatrix fuzzy_union(KnnView graph, std::int64_t neighbors, ThreadPool& pool) {
  const std::vector<double> values = memberships(graph, reach_of(graph, neighbors, true, pool), pool);
  return symmetrise(
      graph, values, [](double a, double b) { return a + b - a * b; }, pool);
}

void separate_labels(SparseMatrix& graph, std::span<const std::int32_t> labels, double apart, ThreadPool& pool) {
  std::vector<double> scaled(graph.values.size());  // rows then have the largest membership 1
  for_each_block(pool, graph.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      double largest = 0;
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e) {
        const std::int32_t mine = labels[i], other = labels[graph.columns[e]];
        if (mine < 0 || other < 0)
          graph.values[e] *= std::exp(-kUnknownDistance);
        else if (mine != other)
          graph.values[e] *= std::exp(-apart);
        largest = std::max(largest, graph.values[e]);
      }
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e)
        scaled[e] = largest > 0 ? graph.values[e] / largest : 0;
    }
  });
  for_each_block(pool, graph.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e) {
        const std::int32_t j = graph.columns[e];
        // The graph is symmetric, so the edge back is there.
        const auto row = graph.columns.begin();
        const auto back =
            std::lower_bound(row + graph.begins[j], row + graph.begins[j + 1], static_cast<std::int32_t>(i));
        const double a = scaled[e], b = scaled[back - row];
        graph.values[e] = a + b - a * b;
      }
  });
}

}  // namespace sememe
