#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/words_commands.h"
#include "cli/words_training.h"
#include "sememe/word_corpus.h"

namespace sememe::cli {
namespace {

constexpr Option kOutOption = {"out", 'o', "FILE", "Write to FILE (default: -, standard output)"};

constexpr Option kPrepareOptions[] = {
    {.name = "input",
     .letter = 'i',
     .value = "FILE",
     .help = "Read texts from FILE (-: standard input) and from those after it; each may be gzipped",
     .repeats = true},
    kOutOption,
    {"keep-case", '\0', "", "Leave capitals as they are"},
    {"max-words", '\0', "N", "End with the line that has the N-th word (default: all)", 1, std::int64_t{1} << 60},
};
constexpr OptionGroup kPrepareGroups[] = {{"Options", kPrepareOptions}};

int run_prepare(const Arguments& arguments, Console& console) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  const PrepareOptions options{.keep_case = arguments.on("keep-case"),
                               .max_words = arguments.number("max-words").value_or(0),
                               .threads = console.options().threads};
  TrainingTalk talk(console);
  const PreparedCorpus done =
      prepare_corpus(files, output_path(arguments.text("out").value_or("-")), options, talk.progress());
  talk.finish();
  if (done.broken_lines > 0)
    console.warning(with_commas(done.broken_lines), " lines are not UTF-8; what is not counts as spaces");
  console.detail(with_commas(done.words), " words in ", with_commas(done.lines), " lines, ",
                 fixed(talk.seconds(), 1, 0), " s");
  return 0;
}

constexpr Option kPhraseOptions[] = {
    kCorpusOption,
    kOutOption,
    {"scoring", '\0', "default|npmi|word2phrase",
     "gensim's default, normalised pointwise mutual information, or that of word2vec's word2phrase (default: default)"},
    {"min-count", '\0', "N", "What is taken from the count of a pair, or what npmi wants it to be (default: 5)", 1,
     std::int64_t{1} << 40},
    {"threshold", '\0', "X", "Join pairs with a score above X (default: 10; npmi: 0.5; word2phrase: 100)"},
    {"delimiter", '\0', "TEXT", "Stands between the words of a phrase (default: _)"},
    {"list", '\0', "", "Write the phrases and their scores instead of the text"},
};
constexpr OptionGroup kPhraseGroups[] = {{"Options", kPhraseOptions}};

int run_phrases(const Arguments& arguments, Console& console) {
  const std::vector<std::filesystem::path> files = corpus_files(arguments);
  PhraseOptions options;
  const std::string scoring = arguments.text("scoring").value_or("default");
  if (scoring == "npmi") options.scoring = PhraseScoring::kNpmi;
  if (scoring == "word2phrase") options.scoring = PhraseScoring::kWord2Phrase;
  options.min_count = arguments.number("min-count").value_or(options.min_count);
  if (arguments.given("threshold")) options.threshold = real_option(arguments, "threshold", 0);
  options.delimiter = arguments.text("delimiter").value_or(options.delimiter);
  options.list = arguments.on("list");
  options.threads = console.options().threads;
  TrainingTalk talk(console);
  const PhraseReport report =
      join_phrases(files, output_path(arguments.text("out").value_or("-")), options, talk.progress());
  talk.finish();
  console.detail(with_commas(report.joined), " pairs joined in ", with_commas(report.words), " words, ",
                 with_commas(report.entries), " different words and pairs, ", fixed(talk.seconds(), 1, 0), " s");
  return 0;
}

}  // namespace

const Command kWordsPrepare = {
    .name = "prepare",
    .summary = "Make texts ready for training word vectors",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Lower-cases the texts and keeps the runs of letters and digits, separated by spaces, a line for each line "
        "that "
        "has any.",
    .examples =
        "sememe words prepare -i texts.txt -o corpus.txt\n"
        "sememe words prepare -i a.txt.gz b.txt.gz -o corpus.txt --max-words 10000000\n",
    .groups = kPrepareGroups,
    .run = run_prepare,
};

const Command kWordsPhrases = {
    .name = "phrases",
    .summary = "Join words that belong together, new york to new_york",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Joins pairs of words that stand together more often than by chance, as gensim's Phrases does. Run it on its "
        "own output to find longer phrases.",
    .examples =
        "sememe words phrases -i corpus.txt -o phrases.txt\n"
        "sememe words phrases -i corpus.txt --list --scoring npmi --threshold 0.6\n",
    .groups = kPhraseGroups,
    .run = run_phrases,
};

}  // namespace sememe::cli
