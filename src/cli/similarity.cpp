#include "sememe/similarity.h"

#include <algorithm>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/score_writer.h"
#include "cli/text_input.h"
#include "cli/text_vectors.h"

namespace sememe::cli {
namespace {

constexpr Option kScoreOptions[] = {
    {"measure", '\0', "cosine|dot|euclidean|manhattan",
     "How vectors are compared; the last two are negative distances, so that more is closer (default: cosine)"},
    {"pairs", '\0', "", "Each text is two, separated by a tab: one score a line"},
};
constexpr OptionGroup kScoreGroup = {"Similarity", kScoreOptions};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write to FILE; its name tells the format: .npy, .json, .csv"},
    {"format", '\0', "table|json|csv|npy", "Format of the output (default: by the name of -o, else table)"},
};
constexpr OptionGroup kOutputGroup = {"Output", kOutputOptions};
const OptionGroup kGroups[] = {text_options(), kScoreGroup, kOutputGroup, model_options()};

std::string format_of(const Arguments& arguments, const std::string& name) {
  if (const auto format = arguments.text("format")) return *format;
  for (const std::string_view known : {"npy", "json", "csv"})
    if (name.ends_with(concat('.', known))) return std::string(known);
  return "table";
}

int run_matrix(const Arguments& arguments, Console& console, const ScoreOutput& output) {
  const EmbeddedTexts embedded = embed_all(arguments, console);
  const MatView<const float> vectors = embedded.vectors.view();
  const auto writer = make_score_writer(output, embedded.texts);
  constexpr std::int64_t kBlockScores = std::int64_t{1} << 20;  // the matrix of many texts does not fit into memory
  const std::int64_t block = std::max<std::int64_t>(1, kBlockScores / std::max<std::int64_t>(1, vectors.rows));
  for (std::int64_t first = 0; first < vectors.rows; first += block) {
    const std::int64_t rows = std::min(block, vectors.rows - first);
    writer->write(similarity_matrix(vectors.slice_rows(first, rows), vectors, output.measure));
  }
  writer->finish();
  return 0;
}

/// The two texts of a record.
std::pair<std::string_view, std::string_view> split_pair(const TextRecord& record, const TextInput& input) {
  const std::string_view text = record.text;
  const auto tabs = std::count(text.begin(), text.end(), '\t');
  if (tabs != 1)
    fail(input.count() ? ErrorCode::kInvalidArgument : ErrorCode::kCorrupt, input.where(record),
         ": expected two texts separated by a tab, found ", tabs, " tabs");
  const std::size_t tab = text.find('\t');
  return {text.substr(0, tab), text.substr(tab + 1)};
}

int run_pairs(const Arguments& arguments, Console& console, const ScoreOutput& output) {
  // A file of pairs is often called .tsv, and is not a table with columns here.
  TextInput input(arguments, TextFormat::kLines);
  const TextVectors model(arguments, console);
  const auto writer = make_pair_writer(output);
  const auto texts_of = [&](const Chunk& chunk) {
    std::vector<std::string_view> texts;
    for (const TextRecord& record : chunk.records) {
      const auto [first, second] = split_pair(record, input);
      texts.insert(texts.end(), {first, second});
    }
    return texts;
  };
  model.each(input, texts_of, [&](Chunk&, const Matrix& vectors) {
    std::vector<float> scores;
    for (std::int64_t i = 0; i < vectors.rows(); i += 2)
      scores.push_back(similarity(vectors.row(i), vectors.row(i + 1), output.measure));
    writer->write(scores);
  });
  writer->finish();
  return 0;
}

int run_similarity(const Arguments& arguments, Console& console) {
  ScoreOutput output{.name = arguments.text("out").value_or("-"), .color = console.options().color};
  output.format = format_of(arguments, output.name);
  output.color = output.color && output.name == "-";
  output.measure = parse_measure(arguments.text("measure").value_or("cosine")).value();
  if (!arguments.on("pairs")) return run_matrix(arguments, console, output);
  for (const std::string_view flag : {"input-format", "field", "column"})
    if (arguments.source(flag) == Source::kCommandLine)
      fail(ErrorCode::kInvalidArgument, "--", flag, " does not go with --pairs, which reads lines of two texts");
  return run_pairs(arguments, console, output);
}

}  // namespace

const Command kSimilarity = {
    .name = "similarity",
    .summary = "Show how close texts are to each other",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Prints the matrix of the similarities of all texts, or with --pairs one score for each pair. Texts come from "
        "the command line, from a file or from standard input.",
    .examples =
        "sememe similarity \"The weather is lovely today.\" \"It's so sunny outside!\" "
        "\"He drove to the stadium.\"\n"
        "sememe similarity --format json -i sentences.txt\n"
        "sememe similarity --pairs -i pairs.tsv\n",
    .groups = kGroups,
    .run = run_similarity,
};

}  // namespace sememe::cli
