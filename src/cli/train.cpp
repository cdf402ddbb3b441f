#include <filesystem>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/progress.h"
#include "cli/train_config.h"
#include "cli/train_demo.h"
#include "cli/train_mine.h"
#include "cli/train_report.h"
#include "sememe/trainer.h"

namespace sememe::cli {
namespace {

constexpr Option kRunOptions[] = {
    {"config", 'c', "FILE", "Read the options from FILE (JSON); flags override it"},
    {"out", 'o', "FOLDER", "Write the model, and checkpoints while it trains, to FOLDER"},
    {"demo", '\0', "",
     "Train a tiny model from random weights and show what it learned; --data, --eval and --out are optional"},
    {"resume", '\0', "", "Go on from the last checkpoint in FOLDER; without one, begin"},
};
constexpr Option kModelOptions[] = {
    {"model", 'm', "MODEL", "Folder or name of the model to start from"},
    {"pooling", '\0', "MODE",
     "How token vectors become one, of a plain transformers folder, which does not say it: mean, cls, max, "
     "mean_sqrt_len, weightedmean, lasttoken, or several joined by +"},
    {"from-scratch", '\0', "", "Start from random weights, with a tokenizer trained on the texts of the data"},
    {"teacher", '\0', "MODEL", "Model whose vectors the losses mse and distill learn"},
    {"guide", '\0', "MODEL", "Model that tells the loss gist which negatives are none"},
};
constexpr Option kDataOptions[] = {
    {.name = "data",
     .letter = 'd',
     .value = "FILE",
     .help =
         "Rows to learn from: .jsonl, .tsv or .csv, each also with .gz or .zst; columns anchor, positive, negative, or "
         "sentence1, sentence2, score",
     .repeats = true},
    {"loss", 'l', "NAME",
     "mnr, cosent, angle, cosine-similarity, contrastive, online-contrastive, triplet, batch-hard, softmax, mse, "
     "distill, margin-mse, kl, gist, lesson, mlm and kin (default: mnr)"},
    {"epochs", '\0', "X", "How often to go through the data (default: 1)"},
    {"max-steps", '\0', "N", "Steps, whatever the epochs say", 1, std::int64_t{1} << 40},
    {"batch-size", '\0', "N", "Rows of a batch (default: 32)", 1, 1 << 20},
    {"mini-batch", '\0', "N", "Texts in memory at once; the result is the same (GradCache)", 1, 1 << 20},
    {"max-tokens", '\0', "N", "Cut texts after N tokens (default: the model's own limit)", 3, 1 << 20},
    {"lr", '\0', "X", "Learning rate at its highest (default: 2e-5)"},
    {"seed", '\0', "N", "Where the random numbers begin (default: 1)", 0, std::int64_t{1} << 62},
};
constexpr Option kEvalOptions[] = {
    {.name = "eval",
     .value = "TYPE:FILE",
     .help = "Judge the model by this, as for sememe eval; the parameters that are best by the first are kept",
     .repeats = true},
    {"eval-steps", '\0', "N", "Judge every N steps (default: at the end)", 1, std::int64_t{1} << 40},
    {"save-steps", '\0', "N", "Write a checkpoint every N steps", 1, std::int64_t{1} << 40},
    {.name = "doctor",
     .help = "Warn of rows that repeat or leak, of false negatives and of collapse (default: on)",
     .negatable = true},
};
constexpr const Command* kSubcommands[] = {&kTrainMine};
constexpr OptionGroup kGroups[] = {
    {"Run", kRunOptions}, {"Model", kModelOptions}, {"Data and training", kDataOptions}, {"Judging", kEvalOptions}};

TrainOptions options_of(const Arguments& arguments, const Console& console) {
  TrainOptions o;
  if (const auto config = arguments.text("config")) o = read_train_config(*config);
  if (const auto model = arguments.text("model")) o.model = *model;
  if (const auto pooling = arguments.text("pooling")) o.pooling = *pooling;
  if (const auto teacher = arguments.text("teacher")) o.teacher = *teacher;
  if (const auto guide = arguments.text("guide")) o.guide = *guide;
  if (arguments.on("from-scratch") && !o.scratch) o.scratch.emplace();
  if (arguments.given("data")) o.data.clear();
  for (const std::string& file : arguments.texts("data")) o.data.push_back({.file = file});
  if (const auto loss = arguments.text("loss")) o.loss = {.name = *loss};
  if (const auto epochs = arguments.text("epochs")) o.epochs = number_of(*epochs, "epochs");
  if (const auto rate = arguments.text("lr")) o.learning_rate = number_of(*rate, "lr");
  o.max_steps = arguments.number("max-steps").value_or(o.max_steps);
  o.batch_size = arguments.number("batch-size").value_or(o.batch_size);
  o.mini_batch = arguments.number("mini-batch").value_or(o.mini_batch);
  o.max_tokens = arguments.number("max-tokens").value_or(o.max_tokens);
  if (const auto seed = arguments.number("seed")) o.seed = static_cast<std::uint64_t>(*seed);
  if (arguments.given("eval")) o.eval.clear();
  for (const std::string& task : arguments.texts("eval")) o.eval.push_back(parse_eval_task(task));
  o.eval_steps = arguments.number("eval-steps").value_or(o.eval_steps);
  o.save_steps = arguments.number("save-steps").value_or(o.save_steps);
  if (arguments.given("doctor")) o.doctor = arguments.on("doctor");
  o.threads = console.options().threads;
  return o;
}

int run_train(const Arguments& arguments, Console& console) {
  if (arguments.on("demo")) return run_train_demo(arguments, console);
  const auto out = arguments.text("out");
  if (!out) fail(ErrorCode::kInvalidArgument, "say with --out FOLDER where the model goes");
  const TrainOptions options = options_of(arguments, console);
  TrainWatcher watcher(console);
  const TrainReport report = train_model(options, *out, arguments.on("resume"), watcher.callback());
  watcher.finish(report);
  return 0;
}

}  // namespace

const Command kTrain = {
    .name = "train",
    .summary = "Train, fine-tune or distil a sentence encoder",
    .description =
        "Learns from pairs, triplets, scored or labelled texts, or from another model's vectors, on the CPU. The "
        "result "
        "is a folder in the layout of sentence-transformers. The same seed gives the same bytes for any number of "
        "threads, "
        "and a run that was killed and resumed gives those of one that was not.",
    .examples =
        "sememe train -m all-MiniLM-L6-v2 --data stsb-train.tsv --loss cosent --eval sts:stsb-dev.tsv -o tuned\n"
        "sememe train --config train.json --out model\n"
        "sememe train --config train.json --out model --resume\n"
        "sememe train --demo\n",
    .groups = kGroups,
    .run = run_train,
    .subcommands = kSubcommands,
};

}  // namespace sememe::cli
