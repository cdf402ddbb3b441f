#include <filesystem>
#include <optional>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "sememe/word2vec.h"

namespace sememe::cli {
namespace {

constexpr Option kInputOptions[] = {
    {.name = "input",
     .letter = 'i',
     .value = "FILE",
     .help = "Read sentences from FILE and from those after it, one a line, words separated by spaces; each may be "
             "gzipped, and is read again for each epoch",
     .repeats = true},
};
constexpr Option kModelOptions[] = {
    {"architecture", '\0', "skipgram|cbow",
     "Tell the words around from a word, or a word from the words around (default: skipgram)"},
    {"dim", '\0', "N", "Numbers of a vector (default: 100)", 1, 1 << 16},
    {"window", '\0', "N", "Words to each side, of which a random part is looked at (default: 5)", 1, 1000},
    {"negative", '\0', "N", "Noise words a word (default: 5)", 1, 1000},
    {"min-count", '\0', "N", "Pass over words that occur less often (default: 5)", 1, std::int64_t{1} << 40},
    {"sample", '\0', "X", "Thin out words more frequent than X of all; 0 thins out none (default: 0.001)"},
    {"epochs", '\0', "N", "How often to go through the corpus (default: 5)", 1, 1 << 20},
    {"lr", '\0', "X", "Learning rate at the start, which falls to 0 (default: 0.025 for skipgram, 0.05 for cbow)"},
    {"seed", '\0', "N", "Where the random numbers begin (default: 1)", 0, std::int64_t{1} << 62},
    {"hogwild", '\0', "",
     "Threads write to the same vectors without order: faster, but no two runs with more than one thread are equal"},
};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write the vectors to FILE (default: -, standard output)"},
    {"to", '\0', "text|binary|glove",
     "Format, as for words convert (default: binary if the output is named .bin, else text)"},
};
constexpr OptionGroup kGroups[] = {{"Input", kInputOptions}, {"Model", kModelOptions}, {"Output", kOutputOptions}};

Word2VecOptions word2vec_options(const Arguments& arguments, const Console& console) {
  Word2VecOptions options;
  if (arguments.text("architecture").value_or("skipgram") == "cbow") options.architecture = Word2VecArchitecture::kCbow;
  options.dim = arguments.number("dim").value_or(options.dim);
  options.window = arguments.number("window").value_or(options.window);
  options.negative = arguments.number("negative").value_or(options.negative);
  options.min_count = arguments.number("min-count").value_or(options.min_count);
  if (const auto sample = arguments.text("sample")) options.sample = number_of(*sample, "sample");
  options.epochs = arguments.number("epochs").value_or(options.epochs);
  if (const auto lr = arguments.text("lr")) options.lr = number_of(*lr, "lr");
  options.seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1));
  options.threads = console.options().threads;
  options.hogwild = arguments.on("hogwild");
  return options;
}

int run_word2vec(const Arguments& arguments, Console& console) {
  std::vector<std::filesystem::path> files;
  for (const std::string& file : arguments.texts("input")) files.emplace_back(file);
  for (const std::string& file : arguments.operands()) files.emplace_back(file);
  if (files.empty()) fail(ErrorCode::kInvalidArgument, "no corpus; give -i FILE");
  const std::string out = arguments.text("out").value_or("-");
  const Word2VecOptions options = word2vec_options(arguments, console);
  Word2VecReport report;
  StageProgress progress(console);
  Progress whole(console);
  const WordVectors vectors = train_word2vec(
      files, options,
      [&](std::string_view stage, std::int64_t done, std::int64_t total) {
        progress.update(stage, done, total,
                        concat(stage, ", ", with_commas(done), stage == "training" ? " words" : " bytes"));
      },
      &report);
  const double seconds = progress.seconds();
  progress.finish();
  vectors.save(output_path(out), {.format = word_output_format(arguments, out)});
  console.detail(
      with_commas(vectors.size()), " words from ", with_commas(report.words), ", ",
      with_commas(static_cast<std::int64_t>(static_cast<double>(report.known_words * options.epochs) / seconds)),
      " words/s in training, ", fixed(whole.seconds(), 1, 0), " s");
  return 0;
}

constexpr const Command* kSubcommands[] = {&kWordsTrainWord2Vec};

}  // namespace

const Command kWordsTrainWord2Vec = {
    .name = "word2vec",
    .summary = "Train word vectors with skip-gram or CBOW and negative sampling",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Counts the words of the corpus, then goes through it once an epoch. The same seed gives the same file for any "
        "number of threads. Texts are taken as they are: lower-case them and split off punctuation before, if that is "
        "wanted.",
    .examples =
        "sememe words train word2vec -i corpus.txt -o vectors.txt --architecture skipgram --dim 100 --epochs 3\n"
        "sememe words train word2vec -i a.txt.gz b.txt.gz -o vectors.bin --architecture cbow --sample 1e-4\n",
    .groups = kGroups,
    .run = run_word2vec,
};

const Command kWordsTrain = {
    .name = "train",
    .summary = "Train word vectors on texts",
    .description = "Makes one vector per word from a corpus of sentences.",
    .examples = "sememe words train word2vec -i corpus.txt -o vectors.txt\n",
    .subcommands = kSubcommands,
};

}  // namespace sememe::cli
