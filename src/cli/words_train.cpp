#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/output.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "cli/words_training.h"
#include "sememe/word2vec.h"

namespace sememe::cli {
namespace {

constexpr Option kInputOptions[] = {kCorpusOption};
constexpr Option kModelOptions[] = {
    {"architecture", '\0', "skipgram|cbow",
     "Tell the words around from a word, or a word from the words around (default: skipgram)"},
    kDimOption,
    kWindowOption,
    kNegativeOption,
    {"hs", '\0', "", "Hierarchical softmax: tell a word by the way to it in a Huffman tree, without noise words"},
    {"min-count", '\0', "N", "Pass over words that occur less often (default: 5)", 1, std::int64_t{1} << 40},
    {"sample", '\0', "X", "Thin out words more frequent than X of all; 0 thins out none (default: 0.001)"},
    kEpochsOption,
    {"lr", '\0', "X", "Learning rate at the start (default: 0.025 for skipgram, 0.05 for cbow)"},
    {"cooldown", '\0', "X",
     "Last part of the training, in which the learning rate falls to 0; 1 is all of it, as in word2vec.c (default: "
     "0.4)"},
    kWordsSeedOption,
    kHogwildOption,
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

Word2VecOptions word2vec_options(const Arguments& arguments, const Console& console) {
  Word2VecOptions options;
  if (arguments.text("architecture").value_or("skipgram") == "cbow") options.architecture = Word2VecArchitecture::kCbow;
  options.dim = arguments.number("dim").value_or(options.dim);
  options.window = arguments.number("window").value_or(options.window);
  options.negative = arguments.number("negative").value_or(options.negative);
  options.hierarchical_softmax = arguments.on("hs");
  options.min_count = arguments.number("min-count").value_or(options.min_count);
  options.sample = real_option(arguments, "sample", options.sample);
  options.epochs = arguments.number("epochs").value_or(options.epochs);
  options.lr = real_option(arguments, "lr", options.lr);
  options.cooldown = real_option(arguments, "cooldown", options.cooldown);
  options.seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1));
  options.threads = console.options().threads;
  options.hogwild = arguments.on("hogwild");
  return options;
}

int run_word2vec(const Arguments& arguments, Console& console) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  const std::string out = arguments.text("out").value_or("-");
  Word2VecOptions options = word2vec_options(arguments, console);
  options.checkpoints = checkpoints_of(arguments, out);
  TrainingTalk talk(console);
  const WordVectors vectors = train_word2vec(files, options, talk.progress(), talk.report());
  talk.finish();
  vectors.save(output_path(out), {.format = word_output_format(arguments, out)});
  remove_checkpoint(options.checkpoints);
  talk.tell(vectors.size());
  return 0;
}

constexpr const Command* kSubcommands[] = {&kWordsTrainWord2Vec, &kWordsTrainGlove, &kWordsTrainFastText,
                                           &kWordsTrainSupervised};

}  // namespace

const Command kWordsTrainWord2Vec = {
    .name = "word2vec",
    .summary = "Train word vectors with skip-gram or CBOW",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Counts the words of the corpus, then goes through it once an epoch. The same seed gives the same file for any "
        "number of threads, also of a run that was ended and resumed. Texts are taken as they are: words prepare "
        "lower-cases them and splits off punctuation.",
    .examples =
        "sememe words train word2vec -i corpus.txt -o vectors.txt --architecture skipgram --dim 100 --epochs 3\n"
        "sememe words train word2vec -i a.txt.gz b.txt.zst -o vectors.bin --architecture cbow --sample 1e-4\n",
    .groups = kGroups,
    .run = run_word2vec,
};

const Command kWordsTrain = {
    .name = "train",
    .summary = "Train word vectors, or a classifier of texts",
    .description = "Makes one vector per word from a corpus of sentences, or learns to tell the labels of lines.",
    .examples =
        "sememe words train word2vec -i corpus.txt -o vectors.txt\n"
        "sememe words train supervised -i labelled.txt -o model.bin\n",
    .subcommands = kSubcommands,
};

}  // namespace sememe::cli
