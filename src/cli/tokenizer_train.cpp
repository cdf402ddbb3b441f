#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/text_input.h"
#include "cli/tokenizer_commands.h"
#include "io/descriptor.h"
#include "io/json.h"
#include "sememe/tokenizer_trainer.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 30;

constexpr Option kInputOptions[] = {
    {.name = "input",
     .letter = 'i',
     .value = "FILE",
     .help = "Read texts from FILE and from those after it, - is standard input: one a line; .jsonl, .csv and .tsv by "
             "their name; each may be packed (gzip, zstd)",
     .repeats = true},
    kInputFormatOption,
    kFieldOption,
    kColumnOption,
    kLossyOption,
    {"keep-line-ends", '\0', "",
     "A text is a line with its line feed, as for Tokenizer.train() of Hugging Face; without, as for "
     "train_from_iterator()"},
};
constexpr Option kModelOptions[] = {
    {"type", '\0', "bpe|wordpiece|unigram|wordlevel", "Kind of model (default: bpe)"},
    {"vocab-size", '\0', "N", "Tokens, special ones included (default: 30000; 8000 for unigram)", 1, kMost},
    {"min-frequency", '\0', "N", "Merge pairs, or take words, that occur N times or more (default: 0)", 0, kMost},
    {"special-tokens", '\0', "LIST",
     "The first tokens, separated by commas, or a JSON array (default: [PAD],[UNK],[CLS],[SEP],[MASK] for wordpiece, "
     "[UNK] for wordlevel, <unk> for unigram, none for bpe)"},
    {"unk-token", '\0', "TOKEN",
     "What stands for the unknown (default: [UNK] for wordpiece and wordlevel, <unk> for unigram, none for bpe)"},
};
constexpr Option kStepOptions[] = {
    {"normalizer", '\0', "SPEC",
     "none, bert, bert-cased, lowercase, nfc, nfd, nfkc, nfkd, nmt, strip, strip-accents, several joined by commas, or "
     "the JSON of one (default: bert for wordpiece, nfkc for unigram, else none)"},
    {"pre-tokenizer", '\0', "SPEC",
     "none, bert, bytelevel, metaspace, whitespace, whitespace-split, punctuation, digits, unicode-scripts, several "
     "joined by commas, or the JSON of one (default: bytelevel for bpe, bert for wordpiece, metaspace for unigram, "
     "whitespace for wordlevel)"},
    {"like", '\0', "FILE", "Take normalizer, pre-tokenizer and decoder from this tokenizer.json"},
};
constexpr Option kMergeOptions[] = {
    {"limit-alphabet", '\0', "N", "Keep only the N most frequent characters", 1, kMost},
    {"initial-alphabet", '\0', "TEXT", "Characters that become tokens whether they occur or not"},
    {"byte-level-alphabet", '\0', "",
     "All 256 characters that stand for bytes become tokens (default: with the pre-tokenizer bytelevel)", 0, 0, true},
    {"continuing-subword-prefix", '\0', "TEXT", "Before what continues a word (default: ## for wordpiece, else none)"},
    {"end-of-word-suffix", '\0', "TEXT", "After what ends a word"},
    {"max-token-length", '\0', "N", "Make no merges to N characters or more", 1, kMost},
};
constexpr Option kUnigramOptions[] = {
    {"shrinking-factor", '\0', "X", "Part of the pieces that a round keeps (default: 0.75)"},
    {"n-sub-iterations", '\0', "N", "Steps of expectation maximisation in a round (default: 2)", 1, 1000},
    {"seed-size", '\0', "N", "Pieces to begin with (default: 1000000)", 1, kMost},
    {"max-piece-length", '\0', "N", "Characters of a piece (default: 16)", 1, kMost},
};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write the tokenizer.json to FILE"},
    {"max-words", '\0', "N",
     "Distinct words to count; beyond, rare ones are forgotten, which a warning tells (default: 16777216)", 1, kMost},
};
constexpr OptionGroup kGroups[] = {{"Input", kInputOptions},
                                   {"Model", kModelOptions},
                                   {"Normalizer and pre-tokenizer", kStepOptions},
                                   {"bpe and wordpiece (alphabets: unigram too)", kMergeOptions},
                                   {"unigram", kUnigramOptions},
                                   {"Output", kOutputOptions}};

std::vector<std::string> special_tokens(std::string_view list) {
  std::vector<std::string> out;
  if (list.starts_with("[\"")) {
    const JsonDocument document = JsonDocument::parse(list, "--special-tokens");
    for (const Json& token : document.root().elements()) out.emplace_back(token.as_string());
    return out;
  }
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    out.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

TokenizerTrainerOptions trainer_options(const Arguments& arguments, const Console& console) {
  TokenizerTrainerOptions options;
  options.type = *parse_tokenizer_type(arguments.text("type").value_or("bpe"));
  options.vocab_size =
      arguments.number("vocab-size").value_or(options.type == TokenizerType::kUnigram ? 8000 : options.vocab_size);
  options.min_frequency = arguments.number("min-frequency").value_or(0);
  if (const auto list = arguments.text("special-tokens")) options.special_tokens = special_tokens(*list);
  options.unk_token = arguments.text("unk-token");
  options.normalizer = arguments.text("normalizer");
  options.pre_tokenizer = arguments.text("pre-tokenizer");
  if (const auto like = arguments.text("like")) options.like = *like;
  options.limit_alphabet = arguments.number("limit-alphabet");
  options.initial_alphabet = arguments.text("initial-alphabet").value_or("");
  options.byte_level_alphabet = arguments.toggle("byte-level-alphabet");
  options.continuing_subword_prefix = arguments.text("continuing-subword-prefix");
  options.end_of_word_suffix = arguments.text("end-of-word-suffix");
  options.max_token_length = arguments.number("max-token-length");
  if (const auto factor = arguments.text("shrinking-factor"))
    options.shrinking_factor = number_of(*factor, "shrinking-factor");
  options.n_sub_iterations = arguments.number("n-sub-iterations").value_or(options.n_sub_iterations);
  options.seed_size = arguments.number("seed-size").value_or(options.seed_size);
  options.max_piece_length = arguments.number("max-piece-length").value_or(options.max_piece_length);
  options.max_words = arguments.number("max-words").value_or(options.max_words);
  options.threads = console.options().threads;
  return options;
}

/// Files of --input, then the operands ("-i *.txt" is one of the former and many of the latter).
std::vector<std::string> input_files(const Arguments& arguments) {
  std::vector<std::string> files = arguments.texts("input");
  files.insert(files.end(), arguments.operands().begin(), arguments.operands().end());
  if (files.empty() && is_terminal(STDIN_FILENO))
    fail(ErrorCode::kInvalidArgument, "no texts; give -i FILE (- is standard input)");
  if (files.empty()) files.emplace_back("-");
  return files;
}

/// Of all files; negative if that cannot be known. Opens them once: one that is missing should not show after an hour.
double total_bytes(const std::vector<std::string>& files) {
  double total = 0;
  bool known = true;
  for (const std::string& file : files) {
    std::error_code ignored;
    const auto status = std::filesystem::status(file, ignored);
    if (file == "-" || (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
                        !std::filesystem::is_directory(status))) {
      known = false;  // a pipe, which can be opened only once
    } else {
      total += static_cast<double>(open_input(file).size);
    }
  }
  return known ? total : -1;
}

void read_files(const Arguments& arguments, Console& console, TokenizerTrainer& trainer) {
  constexpr std::int64_t kChunkTexts = 1 << 20, kChunkBytes = 16 << 20;
  const std::vector<std::string> files = input_files(arguments);
  ReaderOptions options = reader_options(arguments);
  options.keep_line_ends = arguments.on("keep-line-ends");
  Progress progress(console);
  const double total = total_bytes(files);
  double read = 0;
  std::int64_t texts = 0;
  for (const std::string& file : files) {
    TextReader reader(file, options);
    for (;;) {
      std::vector<TextRecord> records;
      reader.read(kChunkTexts, kChunkBytes, records);
      if (records.empty()) break;
      std::vector<std::string_view> views;
      for (const TextRecord& record : records) views.push_back(record.text);
      trainer.add(views);
      texts += std::ssize(records);
      progress.update(texts, total > 0 ? (read + static_cast<double>(reader.bytes_read())) / total : -1);
    }
    read += static_cast<double>(reader.total_bytes());
  }
}

int run_tokenizer_train(const Arguments& arguments, Console& console) {
  TokenizerTrainer trainer(trainer_options(arguments, console));
  Progress whole(console);
  AtomicFile out(output_path(arguments.text("out").value_or("-")));
  read_files(arguments, console, trainer);
  StageProgress progress(console);
  const TrainedTokenizer trained = trainer.train(
      [&](std::string_view stage, std::int64_t done, std::int64_t total) { progress.update(stage, done, total); });
  progress.finish();
  out.write(trained.json);
  out.commit();
  console.detail(with_commas(trained.vocab_size), " tokens",
                 trained.merges > 0 ? concat(", ", with_commas(trained.merges), " merges") : "", " from ",
                 with_commas(trained.distinct_words), " distinct words of ", with_commas(trained.words), " in ",
                 with_commas(trained.texts), " texts, ", fixed(whole.seconds(), 1, 0), " s");
  return 0;
}

}  // namespace

const Command kTokenizerTrain = {
    .name = "train",
    .summary = "Train a tokenizer on texts and write its tokenizer.json",
    .operands = "[FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Counts the words of all texts and makes a vocabulary for them: BPE, WordPiece and WordLevel with the tokens "
        "of "
        "Hugging Face tokenizers, Unigram as SentencePiece does. Files of any size are streamed: memory grows with the "
        "distinct words only. The result does not depend on the number of threads.",
    .examples =
        "sememe tokenizer train -i corpus.txt -o tokenizer.json --type wordpiece --vocab-size 30000\n"
        "sememe tokenizer train -i a.jsonl b.jsonl -o tokenizer.json --vocab-size 50000 --special-tokens "
        "'<|endoftext|>'\n"
        "sememe tokenizer train -i corpus.txt -o tokenizer.json --type unigram --normalizer nmt,nfkc\n",
    .groups = kGroups,
    .run = run_tokenizer_train,
};

}  // namespace sememe::cli
