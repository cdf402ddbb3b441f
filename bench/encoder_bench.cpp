// Whole encoder: strings to vectors with all-MiniLM-L6-v2, checked against a known value before it is timed.

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "sememe/encoder.h"
#include "sememe/error.h"

namespace sememe {
namespace {

/// range(0): threads, range(1): tokens of each text, special ones included, range(2): texts.
void bm_encode(benchmark::State& state) {
  try {
    const Encoder encoder =
        Encoder::load("sentence-transformers/all-MiniLM-L6-v2", {.threads = static_cast<int>(state.range(0))});
    const std::string hello[] = {"hello world"};
    if (!(std::abs(encoder.encode(hello).row(0)[0] + 0.034478) <= 1e-5))
      return state.SkipWithError("wrong answer: not timed");
    std::string text;
    for (std::int64_t i = 2; i < state.range(1); ++i) text.append("cat ");
    const std::vector<std::string> texts(static_cast<std::size_t>(state.range(2)), text);
    for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(texts));
    state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(state.range(1) * state.range(2)),
                                                    benchmark::Counter::kIsIterationInvariantRate);
  } catch (const Error& e) {
    state.SkipWithError(e.what());
  }
}

BENCHMARK(bm_encode)
    ->Name("encode/MiniLM")
    ->ArgNames({"threads", "tokens", "texts"})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Args({1, 16, 512})
    ->Args({1, 128, 64})
    ->Args({1, 256, 32})
    ->Args({2, 16, 512})
    ->Args({2, 128, 64})
    ->Args({2, 256, 32})
    ->Args({1, 16, 1})
    ->Args({2, 16, 1});

}  // namespace
}  // namespace sememe
