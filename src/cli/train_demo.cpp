#include "cli/train_demo.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/train_demo_pairs.h"
#include "cli/train_report.h"
#include "io/file.h"
#include "io/scratch_folder.h"
#include "sememe/encoder.h"
#include "sememe/similarity.h"
#include "sememe/trainer.h"

namespace sememe::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCat = "The cat sat on the mat", kFeline = "A feline rested on the rug",
                           kStocks = "Stock prices rose sharply";
constexpr std::int64_t kMostPairs = 60'000;  // of words; a short demo needs no more than it takes

std::array<float, 2> cosines(const fs::path& model, int threads) {
  const Encoder encoder = Encoder::load(model.string(), {.threads = threads});
  const Matrix v = encoder.encode(std::vector<std::string_view>{kCat, kFeline, kStocks});
  return {cosine_similarity(v.row(0), v.row(1)), cosine_similarity(v.row(0), v.row(2))};
}

}  // namespace

int run_train_demo(const Arguments& arguments, Console& console) {
  const ScratchFolder scratch;
  const fs::path out = arguments.text("out") ? fs::path(*arguments.text("out")) : scratch.path() / "model";
  TrainOptions options{.scratch = ScratchOptions{.hidden_size = 128,
                                                 .layers = 2,
                                                 .heads = 4,
                                                 .intermediate_size = 512,
                                                 .max_positions = 64,
                                                 .vocab_size = 16000},
                       .batch_size = 128,
                       .learning_rate = 2e-3,
                       .dropout = 0.0,
                       .seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1)),
                       .threads = console.options().threads};
  const std::int64_t steps = arguments.number("max-steps").value_or(600);
  options.max_steps = steps;
  for (const std::string& file : arguments.texts("data")) options.data.push_back({.file = file});
  for (const std::string& task : arguments.texts("eval")) options.eval.push_back(parse_eval_task(task));
  std::string_view learnt_from = "your data";
  if (options.data.empty()) {
    learnt_from = "made-up sentences in two wordings and from words beside their neighbours";
    write_file(scratch.path() / "sentences.tsv", made_up_pairs(options.seed));
    write_file(scratch.path() / "words.tsv",
               word_pairs(options.seed, std::min(kMostPairs, steps * options.batch_size), options.threads));
    options.data.push_back({.file = scratch.path() / "sentences.tsv", .weight = 1});
    options.data.push_back({.file = scratch.path() / "words.tsv", .weight = 3});
    options.doctor = false;  // made-up sentences do come twice
  }
  TrainWatcher watcher(console);
  const TrainReport report = train_model(options, out, false, watcher.callback());
  watcher.finish(report);
  const auto before = cosines(out / "start", options.threads), after = cosines(out, options.threads);

  std::string text = concat("A model of random numbers learned from ", learnt_from, ", ", with_commas(report.steps),
                            " steps in ", fixed(report.seconds, 0, 0), " s.\n\n");
  text += concat("loss\n", small_plot(report.losses, 60, 8), "\n");
  text += concat("                                            before    after\n");
  const auto row = [&](std::string_view name, double was, double is) {
    text += concat(name, std::string(name.size() < 42 ? 42 - name.size() : 1, ' '), fixed(was, 4, 8), " ",
                   fixed(is, 4, 8), "\n");
  };
  text += concat("\"", kCat, "\" and\n");
  row(concat("  \"", kFeline, "\""), before[0], after[0]);
  row(concat("  \"", kStocks, "\""), before[1], after[1]);
  row("  difference", before[0] - before[1], after[0] - after[1]);
  for (std::size_t i = 0; i < report.after.size(); ++i)
    row(concat(report.after[i].task, " ", report.after[i].metrics.front().first),
        report.before[i].metrics.front().second, report.after[i].metrics.front().second);
  AtomicFile stdout_file(output_path("-"));
  stdout_file.write(text);
  stdout_file.commit();
  return 0;
}

}  // namespace sememe::cli
