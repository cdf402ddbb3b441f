#include "cli/train_demo.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/fail.h"
#include "base/rng.h"
#include "cli/numbers.h"
#include "cli/output.h"
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

using Words = std::vector<std::string_view>;

/// Sentences of one subject: a word of each slot, and words of one slot's list that mean the same stand together.
struct Subject {
  std::vector<std::vector<Words>> slots;  ///< a slot has meanings, a meaning has words
};

std::vector<Subject> subjects() {
  const std::vector<Words> animals = {{"cat", "feline", "kitten"},
                                      {"dog", "hound", "canine"},
                                      {"horse", "pony", "mare"},
                                      {"bird", "sparrow", "finch"},
                                      {"rabbit", "hare", "bunny"}};
  const std::vector<Words> rests = {
      {"sat", "rested", "settled"}, {"slept", "dozed", "napped"}, {"played", "frolicked"}, {"waited", "lingered"}};
  const std::vector<Words> places = {{"on the mat", "on the rug", "on the carpet"},
                                     {"in the garden", "in the yard"},
                                     {"by the window", "near the window"},
                                     {"on the sofa", "on the couch"},
                                     {"under the tree", "beneath the tree"}};
  const std::vector<Words> goods = {{"stock prices", "share prices", "equities"},
                                    {"oil prices", "crude prices"},
                                    {"bond yields", "interest rates"},
                                    {"house prices", "home values"}};
  const std::vector<Words> moves = {
      {"rose", "climbed", "gained"}, {"fell", "dropped", "declined"}, {"held steady", "barely moved"}};
  const std::vector<Words> ways = {
      {"sharply", "steeply", "strongly"}, {"slightly", "a little"}, {"on Friday", "at the end of the week"}};
  const std::vector<Words> players = {
      {"the musician", "the performer"}, {"the orchestra", "the band"}, {"the singer", "the vocalist"}};
  const std::vector<Words> plays = {
      {"played a song", "performed a tune"}, {"rehearsed", "practised"}, {"recorded an album", "made a record"}};
  const std::vector<Words> halls = {
      {"in the hall", "in the theatre"}, {"at home", "in the living room"}, {"in the studio", "at the studio"}};
  const std::vector<Words> cooks = {
      {"the cook", "the chef"}, {"my mother", "my mum"}, {"the baker", "the pastry cook"}};
  const std::vector<Words> makes = {
      {"baked bread", "made a loaf"}, {"fried fish", "cooked fish in a pan"}, {"boiled rice", "cooked rice"}};
  const std::vector<Words> times = {
      {"in the morning", "at dawn"}, {"for dinner", "for the evening meal"}, {"yesterday", "the day before"}};
  const std::vector<Words> one = {{"the", "a"}};
  return {{{one, animals, rests, places}}, {{goods, moves, ways}}, {{players, plays, halls}}, {{cooks, makes, times}}};
}

/// Two sentences that mean the same, by chance in other words, for each row.
std::string made_up_pairs(std::uint64_t seed) {
  const std::vector<Subject> all = subjects();
  const CounterRng random(seed, 77);
  std::uint64_t at = 0;
  const auto choose = [&](std::size_t n) { return random.below(at++ << 8, static_cast<std::uint32_t>(n)); };
  std::string rows = "anchor\tpositive\n";
  for (int row = 0; row < 6000; ++row) {
    std::string sides[2];
    for (const auto& slot : all[choose(all.size())].slots) {
      const Words& meaning = slot[choose(slot.size())];
      for (std::string& side : sides) side.append(side.empty() ? "" : " ").append(meaning[choose(meaning.size())]);
    }
    rows.append(sides[0]).append("\t").append(sides[1]).append("\n");
  }
  return rows;
}

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
                                                 .vocab_size = 8000},
                       .batch_size = 64,
                       .learning_rate = 1e-3,
                       .dropout = 0.0,
                       .seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1)),
                       .threads = console.options().threads};
  options.max_steps = arguments.number("max-steps").value_or(400);
  for (const std::string& file : arguments.texts("data")) options.data.push_back({.file = file});
  for (const std::string& task : arguments.texts("eval")) options.eval.push_back(parse_eval_task(task));
  if (options.data.empty()) {
    write_file(scratch.path() / "pairs.tsv", made_up_pairs(options.seed));
    options.data.push_back({.file = scratch.path() / "pairs.tsv"});
  }
  TrainWatcher watcher(console);
  const TrainReport report = train_model(options, out, false, watcher.callback());
  watcher.finish(report);
  const auto before = cosines(out / "start", options.threads), after = cosines(out, options.threads);

  std::string text = concat("A model of random numbers learned from pairs of sentences that mean the same, ",
                            with_commas(report.steps), " steps in ", fixed(report.seconds, 0, 0), " s.\n\n");
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
