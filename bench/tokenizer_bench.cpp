// Tokenizers on text: checked, then timed on one thread. The text is a file with one document a line
// (SEMEME_BENCH_TEXT), else LICENSE; the tokenizers are a list parted by colons (SEMEME_BENCH_TOKENIZERS), else
// all-MiniLM-L6-v2. bench/peers/bench_tokenizers.py runs the same with the peers beside it.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "io/file.h"
#include "sememe/encoder.h"
#include "sememe/error.h"
#include "sememe/tokenizer.h"

namespace sememe {
namespace {

std::string setting(const char* name, const std::string& fallback) {
  const char* const value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

const std::vector<std::string>& documents() {
  static const std::vector<std::string> lines =
      parts_of(read_file(setting("SEMEME_BENCH_TEXT", SEMEME_SOURCE_DIR "/LICENSE"), std::int64_t{1} << 30), '\n');
  return lines;
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

/// The ids alone are those of the full encoding.
bool is_right(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < std::min<std::size_t>(texts.size(), 200); ++i) {
    std::vector<std::int32_t> ids;
    tokenizer.encode_ids(texts[i], ids);
    if (ids.empty() || ids != tokenizer.encode(texts[i]).ids) return false;
  }
  return true;
}

/// Runs `work` over all texts with the tokenizer at `path`.
template <class Work>
void run(benchmark::State& state, const std::string& path, const std::vector<std::string>& texts, Work work) {
  try {
    const Tokenizer tokenizer = Tokenizer::load(path);
    if (!is_right(tokenizer, texts)) return state.SkipWithError("wrong answer: not timed");
    for (auto _ : state) work(tokenizer, texts);
    state.counters["MB/s"] =
        benchmark::Counter(1e-6 * static_cast<double>(bytes_of(texts)), benchmark::Counter::kIsIterationInvariantRate);
  } catch (const Error& e) {
    state.SkipWithError(e.what());
  }
}

void ids_of_all(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  static std::vector<std::int32_t> ids;
  for (const std::string& text : texts) {
    ids.clear();
    benchmark::DoNotOptimize(tokenizer.encode_ids(text, ids));
  }
}

void encodings_of_all(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) benchmark::DoNotOptimize(tokenizer.encode(text));
}

void register_all(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto add = [&](const std::string& what, auto work) {
    return benchmark::RegisterBenchmark(("tokenize/" + what + "/" + name).c_str(), work)->Unit(benchmark::kMillisecond);
  };
  add("ids", [path](benchmark::State& state) { run(state, path, documents(), ids_of_all); });
  add("encodings", [path](benchmark::State& state) { run(state, path, documents(), encodings_of_all); });
  for (const int threads : {1, 2}) {
    const auto work = [path, threads](benchmark::State& state) {
      const std::vector<std::string_view> views(documents().begin(), documents().end());
      run(state, path, documents(), [&](const Tokenizer& tokenizer, const auto&) {
        constexpr std::size_t kBatch = 1024;
        for (std::size_t i = 0; i < views.size(); i += kBatch) {
          const auto batch = std::span(views).subspan(i, std::min(kBatch, views.size() - i));
          benchmark::DoNotOptimize(tokenizer.encode_batch(batch, {}, threads));
        }
      });
    };
    add("batch" + std::to_string(threads), work)->UseRealTime();
  }
  add("sentence", [path](benchmark::State& state) {
    run(state, path, {"The quick brown fox jumps over the lazy dog near the river."}, ids_of_all);
  });
  add("load", [path](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::load(path).vocab_size());
  });
}

const int registered = [] {
  std::string paths = setting("SEMEME_BENCH_TOKENIZERS", "");
  if (paths.empty()) {
    try {
      paths = locate_model("sentence-transformers/all-MiniLM-L6-v2");
    } catch (const Error&) {
      return 0;  // the encoder's benchmark says so
    }
  }
  for (const std::string& path : parts_of(paths, ':')) register_all(path);
  return 0;
}();

}  // namespace
}  // namespace sememe
