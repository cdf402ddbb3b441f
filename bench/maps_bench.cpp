// Neighbours of points, and their principal components, on two threads: those of 100 points, and how much variance is
// explained, are told beside the times. The points are a file of vectors (SEMEME_BENCH_VECTORS, .npy), else 20,000 of
// 384 dimensions that are left to chance. bench/peers/bench_maps.py runs the same with the peers beside it.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "io/npy.h"
#include "map/knn_graph.h"
#include "map/points.h"
#include "sememe/map.h"

namespace sememe {
namespace {

constexpr std::int64_t kChecked = 100;

const Matrix& points() {
  static const Matrix all = [] {
    if (const char* const file = std::getenv("SEMEME_BENCH_VECTORS")) {
      const NpyArray array = read_npy(file);
      const std::vector<float> values = array.to_float();
      Matrix out(array.shape.at(0), array.shape.at(1));
      std::copy(values.begin(), values.end(), out.data());
      return out;
    }
    Matrix out(20'000, 384);
    for (std::int64_t e = 0; e < out.rows() * out.cols(); ++e)
      out.data()[e] = static_cast<float>(CounterRng(1, 1).normal(e));
    return out;
  }();
  return all;
}

/// Part of the true neighbours that are there, by distances in double.
double recall(const KnnGraph& graph) {
  const std::int64_t n = graph.n, checked = std::min(n, kChecked);
  std::int64_t found = 0;
  for (std::int64_t s = 0; s < checked; ++s) {
    const std::int64_t i = s * n / checked;
    std::vector<std::pair<double, std::int32_t>> all;
    for (std::int64_t j = 0; j < n; ++j)
      if (j != i)
        all.emplace_back(exact_distance(points().row(i), points().row(j), MapMetric::kCosine),
                         static_cast<std::int32_t>(j));
    std::nth_element(all.begin(), all.begin() + (graph.k - 1), all.end());
    for (std::int64_t c = 0; c < graph.k; ++c)
      found += std::count(graph.neighbors(i).begin(), graph.neighbors(i).end(), all[c].second);
  }
  return static_cast<double>(found) / static_cast<double>(checked * graph.k);
}

template <class Find>
void run(benchmark::State& state, Find find) {
  ThreadPool pool(2);
  const std::int64_t k = state.range(0);
  points();  // read before it is timed
  KnnGraph graph;
  for (auto _ : state) graph = find(k, pool);
  state.counters["recall"] = recall(graph);
}

void BM_ExactNeighbors(benchmark::State& state) {
  run(state, [](std::int64_t k, ThreadPool& pool) { return exact_knn(points().view(), k, MapMetric::kCosine, pool); });
}
void BM_ApproximateNeighbors(benchmark::State& state) {
  run(state, [](std::int64_t k, ThreadPool& pool) {
    return approximate_knn(points().view(), k, MapMetric::kCosine, 1, pool);
  });
}
// The processor's time of all threads is told beside the clock's.
void once(benchmark::internal::Benchmark* bench) {
  bench->Arg(15)->Arg(90)->Iterations(1)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kSecond);
}
BENCHMARK(BM_ExactNeighbors)->Apply(once);
BENCHMARK(BM_ApproximateNeighbors)->Apply(once);

void BM_PrincipalComponents(benchmark::State& state) {
  points();  // read before it is timed
  Pca fit;
  for (auto _ : state) fit = pca(points().view(), {.components = state.range(0), .threads = 2});
  double explained = 0;
  for (const double variance : fit.explained_variance) explained += variance;
  state.counters["explained"] = explained / fit.total_variance;
}
BENCHMARK(BM_PrincipalComponents)->Arg(2)->Arg(50)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace sememe
