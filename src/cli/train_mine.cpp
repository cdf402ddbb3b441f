#include "cli/train_mine.h"

#include <string>
#include <vector>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "io/json_writer.h"
#include "io/text_reader.h"
#include "sememe/mining.h"
#include "train/records.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kMost = 1 << 20;

constexpr Option kDataOptions[] = {
    {"input", 'i', "FILE", "Read pairs from FILE: .jsonl, .tsv or .csv, each also with .gz or .zst"},
    {"anchor", '\0', "NAME", "Column of anchors (default: anchor, sentence1, question or text1)"},
    {"positive", '\0', "NAME", "Column of their positives (default: positive, sentence2, answer or text2)"},
    {"corpus", '\0', "FILE",
     "Search the texts of FILE too, beside the positives: one a line; .jsonl, .csv and .tsv by their name (column "
     "text)"},
    {"out", 'o', "FILE", "Write rows to FILE as JSON lines (default: standard output)"},
    {"output-format", '\0', "triplet|n-tuple",
     "triplet: a row for each negative; n-tuple: a row for each pair that has all its negatives (default: triplet)"},
    {"output-scores", '\0', "", "Write the cosines too: of the positive, then of the negatives"},
};
constexpr Option kMiningOptions[] = {
    {"num-negatives", 'n', "N", "Negatives of a pair (default: 3)", 1, kMost},
    {"range-min", '\0', "N", "Pass over the N nearest: they may be positives that nobody marked (default: 0)", 0,
     kMost},
    {"range-max", '\0', "N", "Look at no more than the N nearest (default: enough for the negatives)", 1, kMost},
    {"absolute-margin", '\0', "X", "A negative's cosine is at least X below that of the positive"},
    {"relative-margin", '\0', "X", "A negative's cosine is at least this part of the positive's below it: 0.05"},
    {"max-score", '\0', "X", "A negative's cosine is X at most"},
    {"min-score", '\0', "X", "A negative's cosine is X at least"},
};
constexpr OptionGroup kDataGroup = {"Data", kDataOptions}, kMiningGroup = {"Which negatives", kMiningOptions};
const OptionGroup kGroups[] = {kDataGroup, kMiningGroup, model_options()};

MiningOptions mining_options(const Arguments& arguments) {
  const auto real = [&](std::string_view name) -> std::optional<double> {
    const auto text = arguments.text(name);
    if (!text) return std::nullopt;
    return number_of(*text, name);
  };
  MiningOptions options{.range_max = arguments.number("range-max"),
                        .max_score = real("max-score"),
                        .min_score = real("min-score"),
                        .absolute_margin = real("absolute-margin"),
                        .relative_margin = real("relative-margin")};
  options.range_min = arguments.number("range-min").value_or(options.range_min);
  options.num_negatives = arguments.number("num-negatives").value_or(options.num_negatives);
  return options;
}

/// One row: the pair, negatives [first, first + count) under their names, and their scores if asked for.
void append_row(JsonWriter& json, const MinedNegatives& mined, const MinedNegatives::Row& row, std::size_t first,
                std::size_t count, bool scores) {
  const auto text = [&](std::int64_t i) { return std::string_view(mined.texts[static_cast<std::size_t>(i)]); };
  json.begin_object().member("anchor", std::string_view(mined.anchors[static_cast<std::size_t>(row.anchor)]));
  json.member("positive", text(row.positive));
  for (std::size_t i = 0; i < count; ++i)
    json.member(count == 1 ? std::string("negative") : concat("negative_", i + 1), text(row.negatives[first + i]));
  if (scores) {
    json.key("scores").begin_array().value(row.score);
    for (std::size_t i = 0; i < count; ++i) json.value(row.scores[first + i]);
    json.end_array();
  }
  json.end_object().end_line();
}

int run_mine(const Arguments& arguments, Console& console) {
  const auto input = arguments.text("input");
  if (!input) fail(ErrorCode::kInvalidArgument, "no pairs; give -i FILE");
  const MiningOptions options = mining_options(arguments);
  std::vector<std::string> anchors, positives, corpus;
  train::RecordReader reader(*input, {arguments.text("anchor").value_or("anchor|sentence1|question|text1"),
                                      arguments.text("positive").value_or("positive|sentence2|answer|text2")});
  for (std::vector<std::string> fields; reader.next(fields);) {
    anchors.push_back(std::move(fields[0]));
    positives.push_back(std::move(fields[1]));
  }
  if (anchors.empty()) fail(ErrorCode::kInvalidArgument, *input, ": holds no rows");
  if (const auto file = arguments.text("corpus")) {
    TextReader texts(*file);
    for (TextRecord record; texts.next(record);) corpus.push_back(std::move(record.text));
  }
  const Encoder encoder = load_encoder(arguments, console);
  const MinedNegatives mined = mine_hard_negatives(
      anchors, positives, corpus, embedding_by(encoder, encode_options(arguments)), options, console.options().threads);

  const bool tuples = arguments.text("output-format").value_or("triplet") == "n-tuple";
  const bool scores = arguments.on("output-scores");
  const auto wanted = static_cast<std::size_t>(options.num_negatives);
  AtomicFile out(output_path(arguments.text("out").value_or("-")));
  JsonWriter json;
  std::int64_t written = 0;
  for (const MinedNegatives::Row& row : mined.rows) {
    const std::size_t found = row.negatives.size(), each = tuples ? wanted : 1;
    for (std::size_t first = 0; first + each <= found; first += each, ++written)
      append_row(json, mined, row, first, each, scores);
    out.write(json.take());
  }
  out.commit();
  console.detail(with_commas(written), " rows from ", with_commas(std::ssize(mined.rows)), " pairs and ",
                 with_commas(std::ssize(mined.texts)), " texts");
  if (mined.missing > 0)
    console.warning(with_commas(mined.missing), " of ", with_commas(std::ssize(mined.rows) * options.num_negatives),
                    " negatives were not found: within the range, too few texts are as the margins and scores ask");
  return 0;
}

}  // namespace

const Command kTrainMine = {
    .name = "mine",
    .summary = "Find hard negatives for pairs: texts that are near an anchor and no answer to it",
    .description =
        "Embeds pairs by a model, searches for each anchor the nearest of all positives (and of --corpus), exactly, "
        "and "
        "writes those that are none of its own. The rows are what sentence-transformers' mine_hard_negatives selects; "
        "sememe train takes them as hard negatives.",
    .examples =
        "sememe train mine -i pairs.jsonl -o triplets.jsonl --relative-margin 0.05\n"
        "sememe train mine -i pairs.tsv -m all-MiniLM-L6-v2 --range-min 10 --range-max 50 -n 5 --output-format "
        "n-tuple\n",
    .groups = kGroups,
    .run = run_mine,
};

}  // namespace sememe::cli
