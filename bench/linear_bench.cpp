// The products of a layer of MiniLM in each type, on the best instruction set: right first, then fast, as a part of
// what the machine multiplies in registers.

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/peak.h"
#include "nn/linear.h"
#include "nn/rows.h"
#include "random_floats.h"

namespace sememe {
namespace {

/// Largest difference to sums in double, as a part of the largest sum.
double error_of(MatView<const float> x, MatView<const float> w, MatView<const float> y) {
  double worst = 0, largest = 0;
  for (std::int64_t i = 0; i < y.rows; i += 7)
    for (std::int64_t j = 0; j < y.cols; j += 5) {
      double want = 0;
      for (std::int64_t k = 0; k < x.cols; ++k) want += static_cast<double>(x.row(i)[k]) * w.row(j)[k];
      largest = std::max(largest, std::abs(want));
      worst = std::max(worst, std::abs(y.row(i)[j] - want));
    }
  return worst / largest;
}

/// y (M, N) = x (M, K) W^T, over six copies of W as in a model of six layers, so that W comes from L3 or memory.
void bm_linear(benchmark::State& state, NumberType type, double most_error) {
  constexpr std::size_t kCopies = 6;
  const std::int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  ThreadPool alone(1);
  static const double peaks[] = {measured_peak(NumberType::kFloat32, alone),
                                 measured_peak(NumberType::kBfloat16, alone), measured_peak(NumberType::kInt8, alone)};
  Buffer<float> inputs = random_floats(m * k, 1), weights = random_floats(n * k, 2), outputs(m * n);
  const MatView<float> x(inputs.data(), m, k), w(weights.data(), n, k), y(outputs.data(), m, n);
  std::vector<Linear> copies;
  for (std::size_t i = 0; i < kCopies; ++i) copies.emplace_back(w, std::span<const float>(), alone, type);
  RowsBuffer operand;
  operand.reserve(type, m, k);
  Rows rows(x);
  if (type != NumberType::kFloat32) {
    rows = operand.view(m);
    convert(Rows(x), rows);
  }
  copies[0].forward(rows, Rows(y));
  if (!(error_of(x, w, y) <= most_error)) return state.SkipWithError("wrong answer: not timed");
  std::size_t copy = 0;
  for (auto _ : state) {
    copies[copy].forward(rows, Rows(y));
    copy = (copy + 1) % kCopies;
    benchmark::ClobberMemory();
  }
  const double operations = 2 * static_cast<double>(m * n * k);
  state.counters["GOP/s"] = benchmark::Counter(1e-9 * operations, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["peak"] =
      benchmark::Counter(operations / peaks[static_cast<int>(type)], benchmark::Counter::kIsIterationInvariantRate);
}

const int registered = [] {
  const struct {
    const char* name;
    NumberType type;
    double most_error;
  } types[] = {
      {"fp32", NumberType::kFloat32, 3e-6}, {"bf16", NumberType::kBfloat16, 1e-2}, {"int8", NumberType::kInt8, 3e-2}};
  for (const auto& t : types) {
    auto* const bench = benchmark::RegisterBenchmark((std::string("linear/") + t.name).c_str(),
                                                     [t](auto& s) { bm_linear(s, t.type, t.most_error); });
    bench->ArgNames({"m", "k", "n"});
    for (const std::int64_t m : {16, 128, 448})
      for (const auto& [k, n] : {std::pair{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}}) bench->Args({m, k, n});
  }
  return 0;
}();

}  // namespace
}  // namespace sememe
