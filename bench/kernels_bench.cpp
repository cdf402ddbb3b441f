// Kernels of every instruction set: right first, then fast, in units of the machine.

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "base/buffer.h"
#include "kernels/kernels.h"
#include "kernels/kernels_ref.h"
#include "random_floats.h"

namespace sememe {
namespace {

/// y (M, N) = x (M, K) W (K, N), over six copies of W as in a model of six layers, so that W comes from L3 or memory.
void bm_gemm(benchmark::State& state, Isa isa) {
  const KernelTable& table = kernels(isa);
  const std::int64_t m = state.range(0), k = state.range(1), n = state.range(2), width = table.panel_width;
  constexpr std::int64_t kCopies = 6;
  const std::int64_t panels = (n + width - 1) / width, size = panels * width * k;
  const Buffer<float> x = random_floats(m * k, 1), w = random_floats(kCopies * size, 2), bias(panels * width, 0.0F);
  Buffer<float> y(m * n);
  GemmArgs args{.x = x.data(),
                .x_stride = k,
                .panels = w.data(),
                .bias = bias.data(),
                .y = y.data(),
                .y_stride = n,
                .m = m,
                .n = n,
                .k = k,
                .panel_end = panels};
  table.gemm(args);
  double want = 0;
  for (std::int64_t i = 0; i < k; ++i) want += static_cast<double>(x[i]) * w[i * width];
  if (!(std::abs(y[0] - want) <= 1e-3)) return state.SkipWithError("wrong answer: not timed");
  std::int64_t copy = 0;
  for (auto _ : state) {
    args.panels = w.data() + copy * size;
    copy = (copy + 1) % kCopies;
    table.gemm(args);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(m * n * k), benchmark::Counter::kIsIterationInvariantRate);
}

void bm_attention(benchmark::State& state, Isa isa) {
  const KernelTable& table = kernels(isa);
  const std::int64_t tokens = state.range(0), head_dim = 32;
  const Buffer<float> qkv = random_floats(tokens * 3 * head_dim, 3);
  Buffer<float> out(tokens * head_dim), scratch(table.attention_scratch(tokens, head_dim));
  const AttentionArgs args{.q = qkv.data(),
                           .k = qkv.data() + head_dim,
                           .v = qkv.data() + 2 * head_dim,
                           .stride = 3 * head_dim,
                           .out = out.data(),
                           .out_stride = head_dim,
                           .tokens = tokens,
                           .head_dim = head_dim,
                           .scale = 0.2F,
                           .scratch = scratch.data()};
  table.attention(args);
  if (!(std::abs(out[0] - attention_ref(args, 0)[0]) <= 1e-4)) return state.SkipWithError("wrong answer: not timed");
  for (auto _ : state) {
    table.attention(args);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(4e-9 * static_cast<double>(tokens * tokens * head_dim),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void bm_gelu(benchmark::State& state, Isa isa) {
  const Buffer<float> x = random_floats(1536, 4);
  Buffer<float> y(1536);
  const auto once = [&] {
    std::copy(x.begin(), x.end(), y.begin());
    kernels(isa).activate(Activation::kGelu, y.data(), y.size());
  };
  once();
  for (std::int64_t i = 0; i < 1536; ++i)
    if (!(std::abs(y[i] - gelu_ref(x[i])) <= 1e-6)) return state.SkipWithError("wrong answer: not timed");
  for (auto _ : state) {
    once();
    benchmark::ClobberMemory();
  }
  state.counters["ns/16"] =
      benchmark::Counter(1536 / 16 * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void bm_layer_norm(benchmark::State& state, Isa isa) {
  const Buffer<float> x = random_floats(384, 5), gamma = random_floats(384, 6), beta = random_floats(384, 7);
  Buffer<float> y(384);
  const auto once = [&] {
    kernels(isa).layer_norm(
        {.x = x.data(), .gamma = gamma.data(), .beta = beta.data(), .eps = 1e-12F, .y = y.data(), .n = 384});
  };
  once();
  if (!(std::abs(y[7] - layer_norm_ref(x.data(), gamma.data(), beta.data(), 1e-12, 384)[7]) <= 1e-5))
    return state.SkipWithError("wrong answer: not timed");
  for (auto _ : state) {
    once();
    benchmark::ClobberMemory();
  }
}

void bm_dot(benchmark::State& state, Isa isa) {
  const std::int64_t n = state.range(0);
  const Buffer<float> a = random_floats(n, 8), b = random_floats(n, 9);
  if (!(std::abs(kernels(isa).dot(a.data(), b.data(), n) - dot_ref(a.data(), b.data(), n)) <= 1e-3))
    return state.SkipWithError("wrong answer: not timed");
  for (auto _ : state) benchmark::DoNotOptimize(kernels(isa).dot(a.data(), b.data(), n));
  state.counters["GB/s"] =
      benchmark::Counter(8e-9 * static_cast<double>(n), benchmark::Counter::kIsIterationInvariantRate);
}

const int registered = [] {
  for (const Isa isa : available_isas()) {
    const std::string name = kernels(isa).name;
    auto* const gemm = benchmark::RegisterBenchmark(("gemm/" + name).c_str(), [isa](auto& s) { bm_gemm(s, isa); });
    gemm->ArgNames({"m", "k", "n"});
    for (const std::int64_t m : {1, 2, 4, 6, 8, 16, 64, 256})  // the four products of a layer of MiniLM
      for (const auto& [k, n] : {std::pair{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}}) gemm->Args({m, k, n});
    benchmark::RegisterBenchmark(("attention/" + name).c_str(), [isa](auto& s) { bm_attention(s, isa); })
        ->Arg(16)
        ->Arg(128)
        ->Arg(512);
    benchmark::RegisterBenchmark(("gelu/" + name).c_str(), [isa](auto& s) { bm_gelu(s, isa); });
    benchmark::RegisterBenchmark(("layer_norm/" + name).c_str(), [isa](auto& s) { bm_layer_norm(s, isa); });
    benchmark::RegisterBenchmark(("dot/" + name).c_str(), [isa](auto& s) { bm_dot(s, isa); })->Arg(384);
  }
  return 0;
}();

}  // namespace
}  // namespace sememe
