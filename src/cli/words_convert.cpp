#include "base/fail.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr Option kConvertOptions[] = {
    {"out", 'o', "FILE", "Write to FILE (default: -, standard output)"},
    {"to", '\0', "text|binary|glove|safetensors",
     "word2vec text, which fastText calls .vec, word2vec binary, GloVe text, which has no first line of counts, or "
     "safetensors (default: by the name of the output, .bin or .safetensors, else text)"},
    {"precision", '\0', "float32|int8",
     "With safetensors: int8 takes a byte a number and a scale a word (default: "
     "float32)"},
    {"center", '\0', "",
     "Take the mean of all vectors away from each, which mostly brings cosines closer to what people judge"},
    {"spaces", '\0', "TEXT", "Write spaces inside words as TEXT; without, such words are an error"},
    kWordsFromOption,
    kWordsLimitOption,
};
constexpr OptionGroup kConvertGroups[] = {{"Options", kConvertOptions}};

/// Without the mean of all vectors. Source  Mu and Viswanath 2018, "All-but-the-top".
WordVectors centred(const WordVectors& vectors) {
  const std::int64_t n = vectors.size(), dim = vectors.dim();
  std::vector<double> mean(static_cast<std::size_t>(dim));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += vectors.vectors().row_span(i)[j] / static_cast<double>(n);
  Matrix rows(n, dim);
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < n; ++i) {
    words.emplace_back(vectors.word(i));
    for (std::size_t j = 0; j < mean.size(); ++j)
      rows.row(i)[j] = static_cast<float>(vectors.vectors().row_span(i)[j] - mean[j]);
  }
  return WordVectors(std::move(words), std::move(rows));
}

int run_convert(const Arguments& arguments, Console& console) {
  word_operands(arguments, 0, 0);
  const std::string out = arguments.text("out").value_or("-");
  WordVectors vectors = load_words(arguments);
  const WordFormat format = vectors.format();
  if (arguments.on("center")) vectors = centred(vectors);
  WordSaveOptions options;
  options.format = word_output_format(arguments, out);
  options.bytes = arguments.text("precision").value_or("float32") == "int8";
  if (options.bytes && options.format != WordFormat::kSafetensors)
    fail(ErrorCode::kInvalidArgument, "--precision int8 is for safetensors");
  options.space = arguments.text("spaces").value_or("");
  vectors.save(output_path(out), options);
  console.detail(with_commas(vectors.size()), " words of ", vectors.dim(), " numbers, ", word_format_name(format),
                 " to ", word_format_name(options.format));
  return 0;
}

constexpr Option kInfoOptions[] = {kWordsJsonOption, kWordsFromOption, kWordsLimitOption};
constexpr OptionGroup kInfoGroups[] = {{"Options", kInfoOptions}};

int run_info(const Arguments& arguments, Console&) {
  constexpr std::int64_t kShown = 10;
  word_operands(arguments, 0, 0);
  const WordVectors vectors = load_words(arguments);
  const std::int64_t shown = std::min(kShown, vectors.size());
  if (arguments.on("json")) {
    JsonWriter json;
    json.begin_object()
        .member("file", std::string_view(utf8_of(arguments.operands().front())))
        .member("format", word_format_name(vectors.format()))
        .member("words", vectors.size())
        .member("dim", vectors.dim())
        .member("ngram_buckets", vectors.ngram_buckets())
        .key("first_words")
        .begin_array();
    for (std::int64_t i = 0; i < shown; ++i) json.value(std::string_view(utf8_of(vectors.word(i))));
    json.end_array().end_object().end_line();
    print_answer(json.take());
    return 0;
  }
  std::string first;
  for (std::int64_t i = 0; i < shown; ++i) first.append(i > 0 ? " " : "").append(printable(vectors.word(i)));
  const std::int64_t buckets = vectors.ngram_buckets();
  const std::pair<std::string_view, std::string> lines[] = {
      {"file", printable(arguments.operands().front())},
      {"format", std::string(word_format_name(vectors.format()))},
      {"words", with_commas(vectors.size())},
      {"dimensions", with_commas(vectors.dim())},
      {"unknown words",
       buckets > 0 ? concat("by their n-grams, ", with_commas(buckets), " buckets") : "have no vector"},
      {"first words", first},
  };
  std::string out;
  for (const auto& [name, value] : lines) out.append(concat(pad_right(name, 16), value, '\n'));
  print_answer(out);
  return 0;
}

}  // namespace

const Command kWordsConvert = {
    .name = "convert",
    .summary = "Write word vectors in another format",
    .operands = "FILE",
    .max_operands = 1,
    .description = "Text holds every number exactly, so that no conversion there and back changes a bit.",
    .examples =
        "sememe words convert vectors.txt -o vectors.bin\n"
        "sememe words convert model.bin -o first.vec --to text --limit 50000\n"
        "sememe words convert glove.840B.300d.txt -o glove.bin --spaces _\n",
    .groups = kConvertGroups,
    .run = run_convert,
};

const Command kWordsInfo = {
    .name = "info",
    .summary = "Show what a file of word vectors holds",
    .operands = "FILE",
    .max_operands = 1,
    .description = "Reads the whole file, with every check, and prints its format, its size and its first words.",
    .examples =
        "sememe words info vectors.txt\n"
        "sememe words info --json model.bin\n",
    .groups = kInfoGroups,
    .run = run_info,
};

}  // namespace sememe::cli
