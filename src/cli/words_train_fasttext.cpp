#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "cli/words_training.h"
#include "sememe/fasttext.h"

namespace sememe::cli {
namespace {

constexpr Option kBucketOption = {
    "bucket", '\0', "N", "Rows that n-grams share by their hash (default: 2000000)", 1, std::int64_t{1} << 30};
constexpr Option kVecOption = {"vec", '\0', "FILE", "Also write the vectors of the words, as words convert does"};

constexpr Option kInputOptions[] = {kCorpusOption};
constexpr Option kModelOptions[] = {
    {"architecture", '\0', "skipgram|cbow",
     "Tell the words around from a word, or a word from the words around (default: skipgram)"},
    kDimOption,
    kWindowOption,
    {"loss", '\0', "ns|hs", "Tell a word by noise words or by the way to it in a Huffman tree (default: ns)"},
    kNegativeOption,
    {"min-count", '\0', "N", "Pass over words that occur less often (default: 5)", 1, (std::int64_t{1} << 31) - 1},
    {"sample", '\0', "X", "Thin out words more frequent than X of all; 0 thins out none (default: 0.0001)"},
    {"minn", '\0', "N", "Least characters of an n-gram, < and > at the ends of words included (default: 3)", 0, 255},
    {"maxn", '\0', "N", "Most characters of an n-gram; 0: words have none (default: 6)", 0, 255},
    kBucketOption,
    kEpochsOption,
    {"lr", '\0', "X", "Learning rate at the start (default: 0.05)"},
    {"cooldown", '\0', "X",
     "Last part of the training, in which the learning rate falls to 0; 1 is all of it, as in fastText (default: 1 for "
     "skipgram with n-grams, else 0.4)"},
    kWordsSeedOption,
    kHogwildOption,
};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write the model, fastText's .bin, to FILE"},
    kVecOption,
};
constexpr OptionGroup kGroups[] = {{"Input", kInputOptions},
                                   {"Model", kModelOptions},
                                   {"Output", kOutputOptions},
                                   {"Checkpoints", kCheckpointOptions}};

constexpr Option kLabelInputOptions[] = {
    {.name = "input",
     .letter = 'i',
     .value = "FILE",
     .help = "Read labelled texts from FILE and from those after it, one a line, words and labels separated by spaces; "
             "each may be packed (gzip, zstd), and is read again for each epoch",
     .repeats = true},
    {"label", '\0', "TEXT", "Words that begin with TEXT are labels (default: __label__)"},
};
constexpr Option kLabelModelOptions[] = {
    kDimOption,
    {"loss", '\0', "softmax|hs|ova|ns",
     "One label among all, by a Huffman tree, each label by itself (lines may have several), or by noise (default: "
     "softmax)"},
    {"word-ngrams", '\0', "N", "Runs of up to N words count too (default: 1)", 1, 1000},
    kNegativeOption,
    {"min-count", '\0', "N", "Pass over words that occur less often (default: 1)", 1, (std::int64_t{1} << 31) - 1},
    {"min-count-label", '\0', "N", "Pass over labels that occur less often (default: 0)", 0,
     (std::int64_t{1} << 31) - 1},
    {"minn", '\0', "N", "Least characters of an n-gram of a word (default: 0)", 0, 255},
    {"maxn", '\0', "N", "Most characters of an n-gram; 0: words have none (default: 0)", 0, 255},
    kBucketOption,
    kEpochsOption,
    {"lr", '\0', "X", "Learning rate at the start (default: 0.1)"},
    {"cooldown", '\0', "X",
     "Last part of the training, in which the learning rate falls to 0; 1 is all of it, as in fastText (default: 0.5)"},
    kWordsSeedOption,
};
constexpr Option kAutotuneOptions[] = {
    {"autotune-validation", '\0', "FILE",
     "Look for epochs, rate, dim and n-grams, as far as they are not given, that tell the labels of FILE best"},
    {"autotune-duration", '\0', "SECONDS", "Look for so long (default: 300)"},
    {"autotune-trials", '\0', "N", "Try N times instead, which gives the same model on any machine", 1, 1 << 20},
    {"autotune-metric", '\0', "f1[:LABEL]", "What is to be best: F1 of all labels, or of one (default: f1)"},
    {"autotune-modelsize", '\0', "SIZE", "Quantise each model so that its file is no larger, such as 2M"},
};
constexpr OptionGroup kLabelGroups[] = {{"Input", kLabelInputOptions},
                                        {"Model", kLabelModelOptions},
                                        {"Output", kOutputOptions},
                                        {"Checkpoints", kCheckpointOptions},
                                        {"Autotune", kAutotuneOptions}};

void take_common(const Arguments& arguments, const Console& console, FastTextOptions& options) {
  options.dim = arguments.number("dim").value_or(options.dim);
  options.negative = arguments.number("negative").value_or(options.negative);
  options.min_count = arguments.number("min-count").value_or(options.min_count);
  options.min_length = arguments.number("minn").value_or(options.min_length);
  options.max_length = arguments.number("maxn").value_or(options.max_length);
  if (!arguments.given("minn")) options.min_length = std::min(options.min_length, options.max_length);
  options.buckets = arguments.number("bucket").value_or(options.buckets);
  options.epochs = arguments.number("epochs").value_or(options.epochs);
  options.lr = real_option(arguments, "lr", options.lr);
  options.cooldown = real_option(arguments, "cooldown", options.cooldown);
  options.seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1));
  options.threads = console.options().threads;
}

/// "--epochs 25 --lr 0.5 ...", with which the model is trained again.
std::string flags_of(const FastTextOptions& options) {
  return concat("--epochs ", options.epochs, " --lr ", options.lr, " --dim ", options.dim, " --word-ngrams ",
                options.word_ngrams, " --minn ", options.min_length, " --maxn ", options.max_length, " --bucket ",
                options.buckets, options.cooldown != 0 ? concat(" --cooldown ", options.cooldown) : std::string());
}

AutotuneOptions autotune_options(const Arguments& arguments) {
  AutotuneOptions how;
  how.validation = *arguments.text("autotune-validation");
  how.trials = arguments.number("autotune-trials").value_or(0);
  how.seconds = real_option(arguments, "autotune-duration", how.seconds);
  const std::string metric = arguments.text("autotune-metric").value_or("f1");
  if (metric.starts_with("f1:")) {
    how.label = metric.substr(3);
  } else if (metric != "f1") {
    fail(ErrorCode::kInvalidArgument, "--autotune-metric: expected f1 or f1:LABEL, found ", quote(metric, 40));
  }
  if (const auto size = arguments.text("autotune-modelsize")) how.model_bytes = bytes_of(*size, "autotune-modelsize");
  constexpr std::pair<std::string_view, std::string_view> kFlags[] = {
      {"epochs", "epochs"}, {"lr", "lr"},       {"dim", "dim"},       {"word-ngrams", "word_ngrams"},
      {"minn", "ngrams"},   {"maxn", "ngrams"}, {"bucket", "buckets"}};
  for (const auto& [flag, name] : kFlags)
    if (arguments.given(flag)) how.fixed.emplace_back(name);
  return how;
}

int tune_and_save(const Arguments& arguments, Console& console, const FastTextOptions& options) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  const std::string out = required_text(arguments, "out", "-o FILE");
  const AutotuneOptions how = autotune_options(arguments);
  for (const std::string_view flag : {"resume", "save-minutes"})
    if (arguments.given(flag))
      fail(ErrorCode::kInvalidArgument, "--", flag,
           " does not go with --autotune-validation, which has no checkpoints");
  checkpoints_of(arguments, out);  // looks whether it can be written
  TrainingTalk talk(console);
  AutotuneTrial best;
  std::int64_t trials = 0;
  const FastText model = FastText::autotune(
      files, options, how,
      [&](const AutotuneTrial& trial) {
        if (trial.best) best = trial;
        ++trials;
        console.detail("trial ", trial.number, ": F1 ", trial.f1 < 0 ? "none, it failed" : fixed(trial.f1, 4, 0), ", ",
                       flags_of(trial.options));
      },
      talk.progress());
  talk.finish();
  model.save(output_path(out));
  if (const auto vec = arguments.text("vec")) model.vectors().save(output_path(*vec));
  console.note("F1 ", fixed(best.f1, 4, 0), ", the best of ", trials, ": ", flags_of(best.options));
  return 0;
}

int train_and_save(const Arguments& arguments, Console& console, FastTextOptions options) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  const std::string out = required_text(arguments, "out", "-o FILE");
  options.checkpoints = checkpoints_of(arguments, out);
  TrainingTalk talk(console);
  const FastText model = FastText::train(files, options, talk.progress(), talk.report());
  talk.finish();
  model.save(output_path(out));
  if (const auto vec = arguments.text("vec")) model.vectors().save(output_path(*vec));
  remove_checkpoint(options.checkpoints);
  talk.tell(model.size());
  return 0;
}

int run_fasttext(const Arguments& arguments, Console& console) {
  FastTextOptions options;
  take_common(arguments, console, options);
  if (arguments.text("architecture").value_or("skipgram") == "cbow") options.kind = FastTextModelKind::kCbow;
  if (arguments.text("loss").value_or("ns") == "hs") options.loss = FastTextLoss::kHierarchicalSoftmax;
  options.window = arguments.number("window").value_or(options.window);
  options.sample = real_option(arguments, "sample", options.sample);
  options.hogwild = arguments.on("hogwild");
  return train_and_save(arguments, console, options);
}

int run_supervised(const Arguments& arguments, Console& console) {
  FastTextOptions options = FastTextOptions::supervised();
  take_common(arguments, console, options);
  const std::string loss = arguments.text("loss").value_or("softmax");
  if (loss == "hs") options.loss = FastTextLoss::kHierarchicalSoftmax;
  if (loss == "ova") options.loss = FastTextLoss::kOneVsAll;
  if (loss == "ns") options.loss = FastTextLoss::kNegativeSampling;
  options.word_ngrams = arguments.number("word-ngrams").value_or(options.word_ngrams);
  options.min_count_label = arguments.number("min-count-label").value_or(options.min_count_label);
  options.label = arguments.text("label").value_or(options.label);
  if (arguments.given("autotune-validation")) return tune_and_save(arguments, console, options);
  for (const Option& option : kAutotuneOptions)
    if (arguments.given(option.name))
      fail(ErrorCode::kInvalidArgument, "--", option.name, " needs --autotune-validation FILE");
  return train_and_save(arguments, console, options);
}

}  // namespace

const Command kWordsTrainFastText = {
    .name = "fasttext",
    .summary = "Train vectors of words and of their character n-grams",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "A word is the mean of its own row and those of its n-grams, so that unknown words have vectors too. Writes a "
        "model that fastText reads. The same seed gives the same file for any number of threads.",
    .examples =
        "sememe words train fasttext -i corpus.txt -o model.bin --dim 100 --minn 3 --maxn 6\n"
        "sememe words train fasttext -i corpus.txt -o model.bin --vec vectors.vec --architecture cbow --maxn 0\n",
    .groups = kGroups,
    .run = run_fasttext,
};

const Command kWordsTrainSupervised = {
    .name = "supervised",
    .summary = "Train a classifier on labelled lines",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Words that begin with __label__ are what the rest of a line is to tell. Writes a model that fastText reads. "
        "Lines are learnt one after another, so that the same seed gives the same file, also of a run that was ended "
        "and "
        "resumed.",
    .examples =
        "sememe words train supervised -i labelled.txt -o model.bin --epochs 25 --lr 1 --word-ngrams 2\n"
        "sememe words train supervised -i tags.txt -o model.bin --loss ova\n"
        "sememe words train supervised -i train.txt -o model.bin --autotune-validation valid.txt\n",
    .groups = kLabelGroups,
    .run = run_supervised,
};

}  // namespace sememe::cli
