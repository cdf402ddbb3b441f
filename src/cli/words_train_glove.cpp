#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "cli/words_training.h"
#include "sememe/glove.h"

namespace sememe::cli {
namespace {

constexpr Option kInputOptions[] = {kCorpusOption};
constexpr Option kModelOptions[] = {
    kDimOption,
    {"window", '\0', "N", "Words to each side; a word at distance d counts 1 / d (default: 10)", 1, 1000},
    {"min-count", '\0', "N", "Pass over words that occur less often (default: 5)", 1, std::int64_t{1} << 40},
    {"x-max", '\0', "X", "Pairs that occur more often weigh no more (default: 10)"},
    {"alpha", '\0', "X", "A rarer pair weighs (count / x-max)^X (default: 0.75)"},
    {"epochs", '\0', "N", "How often to go through the pairs (default: 15)", 1, 1 << 20},
    {"lr", '\0', "X", "Learning rate before AdaGrad (default: 0.05)"},
    {"vectors", '\0', "sum|word|context",
     "What becomes of the two vectors of each word, that of the word and that as context (default: sum)"},
    kWordsSeedOption,
    {"memory", '\0', "SIZE", "For the counts of pairs; what is beyond goes to the disk (default: 4G)"},
};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write the vectors to FILE (default: -, standard output)"},
    {"to", '\0', "text|binary|glove|safetensors",
     "Format, as for words convert (default: by the name of the output, .bin or .safetensors, else text)"},
};
constexpr OptionGroup kGroups[] = {{"Input", kInputOptions},
                                   {"Model", kModelOptions},
                                   {"Output", kOutputOptions},
                                   {"Checkpoints", kCheckpointOptions}};

int run_glove(const Arguments& arguments, Console& console) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  const std::string out = arguments.text("out").value_or("-");
  GloveOptions options;
  options.dim = arguments.number("dim").value_or(options.dim);
  options.window = arguments.number("window").value_or(options.window);
  options.min_count = arguments.number("min-count").value_or(options.min_count);
  options.x_max = real_option(arguments, "x-max", options.x_max);
  options.alpha = real_option(arguments, "alpha", options.alpha);
  options.epochs = arguments.number("epochs").value_or(options.epochs);
  options.lr = real_option(arguments, "lr", options.lr);
  const std::string vectors_of = arguments.text("vectors").value_or("sum");
  if (vectors_of == "word") options.vectors = GloveVectors::kWord;
  if (vectors_of == "context") options.vectors = GloveVectors::kContext;
  if (const auto memory = arguments.text("memory")) options.memory = bytes_of(*memory, "memory");
  options.seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1));
  options.threads = console.options().threads;
  options.checkpoints = checkpoints_of(arguments, out);
  TrainingTalk talk(console);
  GloveReport report;
  const WordVectors vectors = train_glove(files, options, talk.progress(), &report);
  talk.finish();
  vectors.save(output_path(out), {.format = word_output_format(arguments, out)});
  remove_checkpoint(options.checkpoints);
  console.detail(with_commas(vectors.size()), " words from ", with_commas(report.words), ", ",
                 with_commas(report.pairs), " pairs, loss ", fixed(report.loss, 6, 0), ", ",
                 fixed(talk.seconds(), 1, 0), " s");
  return 0;
}

}  // namespace

const Command kWordsTrainGlove = {
    .name = "glove",
    .summary = "Train word vectors on how often words occur near each other",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Counts the words, then the pairs of words within a window, then learns vectors whose products are the "
        "logarithms of the counts. The same seed gives the same file for any number of threads and any --memory.",
    .examples =
        "sememe words train glove -i corpus.txt -o vectors.txt --dim 100 --window 10 --x-max 10 --epochs 15\n"
        "sememe words train glove -i a.txt.gz b.txt.zst -o vectors.txt --to glove --memory 8G\n",
    .groups = kGroups,
    .run = run_glove,
};

}  // namespace sememe::cli
