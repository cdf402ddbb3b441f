#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "base/fail.h"
#include "base/rng.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "kernels/peak.h"

namespace sememe::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Option kOptions[] = {
    kModelOption,
    {"compute", '\0', "all|fp32|bf16|int8", "Arithmetic to measure (default: all)"},
    {"max-tokens", '\0', "N", "Take texts of up to N tokens, if the model has places for them (default: as it says)", 1,
     1 << 24},
    {"seconds", '\0', "N", "Time for each row (default: 1)", 1, 3600},
    {"json", '\0', "", "One JSON object instead of a table"},
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

struct Row {
  std::string compute;
  int threads;
  std::string workload;
  double sentences_per_second, tokens_per_second, p50_ms, p99_ms, peak_fraction;
};

struct Workload {
  std::string name;
  std::vector<std::string> texts;
};

/// `words` common words: about as many tokens in a model of English.
std::string text_of(std::int64_t words, std::uint64_t stream) {
  static constexpr std::string_view kWords[] = {"the",  "river", "bank",  "holds", "a",    "small", "boat",   "and",
                                                "old",  "house", "near",  "green", "hill", "where", "people", "walk",
                                                "with", "their", "dogs",  "every", "cold", "night", "after",  "work",
                                                "to",   "see",   "stars", "above", "city", "light", "in",     "winter"};
  const CounterRng rng(1, stream);
  std::string text;
  for (std::int64_t i = 0; i < words; ++i)
    text.append(i == 0 ? "" : " ").append(kWords[rng.below(static_cast<std::uint64_t>(i), std::size(kWords))]);
  return text;
}

/// Texts of one length each, and texts whose lengths vary as those of a real collection do (log-normal, mean 27).
std::vector<Workload> workloads(const Encoder& encoder) {
  const std::int64_t special = encoder.tokenizer().special_tokens_added(), longest = encoder.info().max_tokens;
  std::vector<Workload> all;
  for (const std::int64_t tokens : {16, 64, 128, 256, 512}) {
    if (tokens > longest) break;
    Workload w{concat(tokens, " tokens"), {}};
    for (std::int64_t i = 0; i < std::max<std::int64_t>(8, 8192 / tokens); ++i)
      w.texts.push_back(text_of(tokens - special, static_cast<std::uint64_t>(i)));
    all.push_back(std::move(w));
  }
  Workload ragged{"ragged", {}};
  const CounterRng rng(1, 1000000);
  for (std::uint64_t i = 0; i < 512; ++i) {
    const double words = std::exp(3.0 + 0.75 * static_cast<double>(rng.normal(i)));
    ragged.texts.push_back(text_of(std::clamp<std::int64_t>(std::llround(words), 1, longest - special), i));
  }
  all.push_back(std::move(ragged));
  return all;
}

/// Operations of the products over a text of `tokens` tokens: of the linear layers, and of attention.
struct Operations {
  double linear, attention;
};
Operations operations(const EncoderInfo& info, double tokens) {
  const auto d = static_cast<double>(info.hidden_size), f = static_cast<double>(info.intermediate_size),
             layers = static_cast<double>(info.layers);
  return {layers * tokens * (8 * d * d + 4 * d * f), layers * tokens * tokens * 4 * d};
}

/// Threads that do nothing but take their share of the cores, one for each of these.
class OtherWork {
 public:
  OtherWork() {
    for (int i = ThreadPool::available_cores(); i > 0; --i)
      threads_.emplace_back([](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
        }
      });
  }

 private:
  std::vector<std::jthread> threads_;
};

/// How long products take at the peak of the machine, which drifts: it is looked at in turns with what it is the roof
/// of.
class Roof {
 public:
  /// Beside products of bytes attention works in the faster float.
  Roof(NumberType type, int threads)
      : pool_(threads), linear_{type}, attention_{type == NumberType::kInt8 ? fastest_float() : type} {
    look(300);
  }
  /// Forgets what was seen before.
  void begin() { linear_.peak = attention_.peak = 0; }
  void look(std::int64_t milliseconds = 20) {
    for (Peak* const p : {&linear_, &attention_})
      p->peak = std::max(p->peak, measured_peak(p->type, pool_, milliseconds));
  }
  double seconds(const Operations& o) const { return o.linear / linear_.peak + o.attention / attention_.peak; }

 private:
  struct Peak {
    NumberType type;
    double peak = 0;  ///< operations a second
  };
  ThreadPool pool_;
  Peak linear_, attention_;
};

class Measurement {
 public:
  Measurement(const Encoder& encoder, Roof& roof, double seconds) : encoder_(encoder), roof_(roof), seconds_(seconds) {}

  /// All texts at once, again and again: the best time, which other work on the machine disturbs least.
  Row throughput(const Workload& w) const {
    const std::vector<std::string_view> texts(w.texts.begin(), w.texts.end());
    std::vector<TextStats> stats;
    Matrix out = encoder_.encode(texts, {}, &stats);  // warms up, and counts
    Operations all{};
    double tokens = 0;
    for (const TextStats& s : stats) {
      const Operations o = operations(encoder_.info(), s.tokens_used);
      all.linear += o.linear;
      all.attention += o.attention;
      tokens += s.tokens_used;
    }
    roof_.begin();
    double best = INFINITY;
    repeat([&] {
      roof_.look();
      const auto begin = Clock::now();
      encoder_.encode(texts, out.view());
      best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
    });
    return row(w.name, static_cast<double>(texts.size()) / best, tokens / best, {}, roof_.seconds(all) / best);
  }

  /// One text at a time, `alone` or beside other work, where the peak is that of before.
  Row latency(const std::string& name, const std::string& text, bool alone) const {
    const std::string_view view = text;
    std::vector<TextStats> stats;
    Matrix out = encoder_.encode(std::span(&view, 1), {}, &stats);
    const double tokens = stats.front().tokens_used;
    if (alone) {
      roof_.begin();
      roof_.look();
    }
    std::vector<double> times;
    repeat([&] {
      const auto begin = Clock::now();
      encoder_.encode(std::span(&view, 1), out.view());
      times.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    });
    if (alone) roof_.look();
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    return row(name, 1 / median, tokens / median, times, roof_.seconds(operations(encoder_.info(), tokens)) / median);
  }

 private:
  template <class Work>
  void repeat(Work work) const {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds_);
    do work();
    while (Clock::now() < end);
  }

  Row row(const std::string& workload, double sentences, double tokens, const std::vector<double>& times,
          double fraction) const {
    const auto quantile = [&](double q) {
      return times.empty() ? 0.0 : 1e3 * times[static_cast<std::size_t>(q * static_cast<double>(times.size() - 1))];
    };
    return {encoder_.info().compute, encoder_.info().threads, workload, sentences, tokens,
            quantile(0.5),           quantile(0.99),          fraction};
  }

  const Encoder& encoder_;
  Roof& roof_;
  double seconds_;
};

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

struct Peaks {
  int threads;
  double fp32, bf16, int8;  ///< operations a second
};

Peaks measure_peaks(int threads) {
  ThreadPool pool(threads);
  return {threads, measured_peak(NumberType::kFloat32, pool), measured_peak(NumberType::kBfloat16, pool),
          measured_peak(NumberType::kInt8, pool)};
}

std::string json_report(const std::string& model, const std::vector<Peaks>& peaks, const std::vector<Row>& rows) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object().key("machine").begin_object();
  json.member("cpu", std::string_view(cpu_name())).member("isa", std::string_view(kernels().name));
  json.key("peaks").begin_array();
  for (const Peaks& p : peaks)
    json.begin_object(true)
        .member("threads", p.threads)
        .member("fp32_gflops", p.fp32 * 1e-9)
        .member("bf16_gflops", p.bf16 * 1e-9)
        .member("int8_gops", p.int8 * 1e-9)
        .end_object();
  json.end_array().end_object().member("model", std::string_view(model)).key("rows").begin_array();
  for (const Row& r : rows) {
    json.begin_object(true)
        .member("compute", std::string_view(r.compute))
        .member("threads", r.threads)
        .member("workload", std::string_view(r.workload))
        .member("sentences_per_second", r.sentences_per_second)
        .member("tokens_per_second", r.tokens_per_second);
    if (r.p50_ms > 0) json.member("p50_ms", r.p50_ms).member("p99_ms", r.p99_ms);
    json.member("peak_fraction", r.peak_fraction).end_object();
  }
  return std::string(json.end_array().end_object().end_line().take());
}

void print_row(AtomicFile& out, const Row& r) {
  out.write(concat(pad_right(r.compute, 8), right_aligned(r.threads, 7), "  ", pad_right(r.workload, 12),
                   fixed(r.sentences_per_second, 0, 12), fixed(r.tokens_per_second, 0, 10),
                   r.p50_ms > 0 ? fixed(r.p50_ms, 2, 9) + fixed(r.p99_ms, 2, 9) : std::string(18, ' '),
                   fixed(100 * r.peak_fraction, 0, 8), " %\n"));
}

int run_bench(const Arguments& arguments, Console& console) {
  const auto seconds = static_cast<double>(arguments.number("seconds").value_or(1));
  const std::string compute = arguments.text("compute").value_or("all");
  const int most = ThreadPool::size_for(console.options().threads);
  locate(arguments);
  std::vector<int> threads;
  for (int t = 1; t < most; t *= 2) threads.push_back(t);
  threads.push_back(most);
  if ((compute == "all" || compute == "bf16") && !has_bf16(kernels().isa))
    console.note("instruction set ", kernels().name, " has no bfloat16 products: bf16 is slower than fp32 here");

  const bool json = arguments.on("json");
  AtomicFile out(output_path("-"));
  std::vector<Peaks> peaks;
  for (const int t : threads) {
    peaks.push_back(measure_peaks(t));
    if (!json)
      out.write(concat(t == 1 ? concat(cpu_name(), ", ", kernels().name, '\n') : std::string(), "peak of ", t,
                       t == 1 ? " thread:  " : " threads: ", fixed(peaks.back().fp32 * 1e-9, 0, 0), " fp32, ",
                       fixed(peaks.back().bf16 * 1e-9, 0, 0), " bf16 GFLOP/s, ", fixed(peaks.back().int8 * 1e-9, 0, 0),
                       " int8 GOP/s\n"));
  }
  if (!json) out.write("\ncompute  threads  workload     sentences/s  tokens/s   p50 ms   p99 ms     peak\n");

  std::vector<Row> rows;
  struct Arithmetic {
    std::string_view name;
    ComputeType type;
    NumberType operands;
  };
  for (const auto& [name, type, operands] : {Arithmetic{"fp32", ComputeType::kFloat32, NumberType::kFloat32},
                                             Arithmetic{"bf16", ComputeType::kBfloat16, NumberType::kBfloat16},
                                             Arithmetic{"int8", ComputeType::kInt8, NumberType::kInt8}}) {
    if (compute != "all" && compute != name) continue;
    for (const Peaks& p : peaks) {
      const Encoder encoder = Encoder::load(
          model_name(arguments), {.compute = type, .threads = p.threads, .max_tokens = arguments.number("max-tokens")});
      Roof roof(operands, p.threads);
      const Measurement measurement(encoder, roof, seconds);
      const auto add = [&](Row row) {
        if (!json) print_row(out, row);
        rows.push_back(std::move(row));
      };
      for (const Workload& w : workloads(encoder)) add(measurement.throughput(w));
      const std::string sixteen = text_of(16 - encoder.tokenizer().special_tokens_added(), 0);
      add(measurement.latency("one of 16", sixteen, true));
      const OtherWork other;
      add(measurement.latency("cores busy", sixteen, false));
    }
  }
  if (json) out.write(json_report(model_name(arguments), peaks, rows));
  out.commit();
  return 0;
}

}  // namespace

const Command kBench = {
    .name = "bench",
    .summary = "Measure the speed of this machine on a model",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Measures the peak of the machine, then how many texts a second a model takes for each arithmetic and number "
        "of threads, from strings to vectors: texts of one length, texts of mixed lengths (ragged), and one text of 16 "
        "tokens at a time, alone and while other threads keep every core busy. The last column is the part of the peak "
        "that is reached, which is looked at again for each row.",
    .examples =
        "sememe bench\n"
        "sememe bench --compute int8 --threads 1 --json ./my-model\n",
    .groups = kGroups,
    .run = run_bench,
};

}  // namespace sememe::cli
