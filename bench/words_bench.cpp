// Questions to word vectors, on two threads: one at a time, and 1,000 together. The vectors are a file
// (SEMEME_BENCH_WORDS), else 400,000 of 300 dimensions that are left to chance.
// bench/peers/bench_words.py runs the same with gensim beside it.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "sememe/words.h"

namespace sememe {
namespace {

constexpr std::int64_t kTogether = 1000, kAnswers = 10, kStep = 397;  // kStep: between words that are asked about
constexpr int kThreads = 2;

const WordVectors& words() {
  static const WordVectors all = [] {
    if (const char* const file = std::getenv("SEMEME_BENCH_WORDS")) return WordVectors::load(file);
    constexpr std::int64_t kWords = 400'000, kDim = 300;
    Matrix vectors(kWords, kDim);
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < kWords; ++i) names.push_back("w" + std::to_string(i));
    for (std::int64_t e = 0; e < kWords * kDim; ++e)
      vectors.data()[e] = CounterRng(1, 1).uniform(static_cast<std::uint64_t>(e)) - 0.5f;
    return WordVectors(std::move(names), std::move(vectors));
  }();
  return all;
}

std::string word(std::int64_t i) { return std::string(words().word(i * kStep % words().size())); }

/// Two questions come first, after which vectors are measured and repeated questions are prepared for.
void prepare() {
  for (int i = 0; i < 2; ++i) words().closest({{word(0)}, {}}, kAnswers, AnalogyMethod::kAdd, kThreads);
}

void BM_Neighbors(benchmark::State& state) {
  prepare();
  std::int64_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(words().closest({{word(++i)}, {}}, kAnswers, AnalogyMethod::kAdd, kThreads));
}
void BM_Analogy(benchmark::State& state) {
  prepare();
  for (std::int64_t i = 0; auto _ : state) {
    const WordQuery query{{word(i), word(i + 1)}, {word(i + 2)}};
    benchmark::DoNotOptimize(words().closest(query, kAnswers, AnalogyMethod::kAdd, kThreads));
    ++i;
  }
}
void BM_ThousandTogether(benchmark::State& state) {
  prepare();
  Matrix queries(kTogether, words().dim());
  std::vector<std::vector<std::int64_t>> excluded;
  for (std::int64_t i = 0; i < kTogether; ++i) {
    words().vector(word(i), queries.row(i));
    excluded.push_back({i * kStep % words().size()});
  }
  for (auto _ : state) benchmark::DoNotOptimize(words().nearest(queries.view(), kAnswers, excluded, 0, kThreads));
}
BENCHMARK(BM_Neighbors)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Analogy)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ThousandTogether)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sememe
