#include <cmath>

#include "base/fail.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "similarity",
     .value = "FILE",
     .help = "Word pairs with a judgement, separated by tabs: rank correlation (Spearman) with the cosines",
     .repeats = true},
    {.name = "analogies",
     .value = "FILE",
     .help = "Questions A B C D, a line each, in sections that begin with a colon: is D the closest to B - A + C?",
     .repeats = true},
    {"restrict-vocab", '\0', "N", "Only the first N words of the file count, 0 is all (default: 300000, as in gensim)",
     0, std::int64_t{1} << 31},
    {"case-sensitive", '\0', "", "Words that differ in case are different words"},
    kWordsJsonOption,
    kWordsFromOption,
    kWordsLimitOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

struct Pairs {
  std::string file;
  WordPairsResult result;
};
struct Analogies {
  std::string file;
  WordAnalogiesResult result;
};

double accuracy(const AnalogySection& section) {
  return section.asked > 0 ? static_cast<double>(section.correct) / static_cast<double>(section.asked) : std::nan("");
}

std::string number_or_dash(double number, double scale, int digits, int width) {
  return std::isfinite(number) ? fixed(number * scale, digits, width)
                               : std::string(static_cast<std::size_t>(width - 1), ' ') + "-";
}

std::string section_line(const AnalogySection& section) {
  return concat("  ", pad_right(printable(section.name), 30), number_or_dash(accuracy(section), 100, 2, 7), " %  ",
                right_aligned(section.correct, 6), " of ", right_aligned(section.asked, 6), ", ", section.skipped,
                " skipped\n");
}

std::string lines_of(const std::vector<Pairs>& pairs, const std::vector<Analogies>& analogies) {
  std::string out;
  for (const Pairs& p : pairs)
    out.append(concat(printable(p.file), "\n  spearman ", number_or_dash(p.result.spearman, 1, 4, 7), "  pearson ",
                      number_or_dash(p.result.pearson, 1, 4, 7), "  ", p.result.covered, " of ", p.result.pairs,
                      " pairs\n"));
  for (const Analogies& a : analogies) {
    out.append(concat(printable(a.file), "\n"));
    for (const AnalogySection& section : a.result.sections) out.append(section_line(section));
    out.append(section_line(a.result.total));
  }
  return out;
}

void append_number(JsonWriter& json, std::string_view name, double number) {
  json.key(name);
  std::isfinite(number) ? json.value(number) : json.null();
}

void append_section(JsonWriter& json, const AnalogySection& section) {
  json.begin_object().member("name", std::string_view(utf8_of(section.name)));
  append_number(json, "accuracy", accuracy(section));
  json.member("correct", section.correct)
      .member("asked", section.asked)
      .member("skipped", section.skipped)
      .end_object();
}

std::string json_of(const std::vector<Pairs>& pairs, const std::vector<Analogies>& analogies) {
  JsonWriter json;
  json.begin_object().key("similarity").begin_array();
  for (const Pairs& p : pairs) {
    json.begin_object().member("file", std::string_view(utf8_of(p.file)));
    append_number(json, "spearman", p.result.spearman);
    append_number(json, "pearson", p.result.pearson);
    json.member("pairs", p.result.pairs).member("covered", p.result.covered).end_object();
  }
  json.end_array().key("analogies").begin_array();
  for (const Analogies& a : analogies) {
    json.begin_object().member("file", std::string_view(utf8_of(a.file))).key("sections").begin_array();
    for (const AnalogySection& section : a.result.sections) append_section(json, section);
    json.end_array().key("total");
    append_section(json, a.result.total);
    json.end_object();
  }
  json.end_array().end_object().end_line();
  return json.take();
}

int run_eval(const Arguments& arguments, Console& console) {
  word_operands(arguments, 0, 0);
  const std::vector<std::string> pair_files = arguments.texts("similarity"),
                                 question_files = arguments.texts("analogies");
  if (pair_files.empty() && question_files.empty())
    fail(ErrorCode::kInvalidArgument, "nothing to judge by; give --similarity FILE or --analogies FILE");
  const WordVectors vectors = load_words(arguments);
  WordEvalOptions options;
  options.restrict_vocab = arguments.number("restrict-vocab").value_or(options.restrict_vocab);
  options.case_sensitive = arguments.on("case-sensitive");
  options.threads = console.options().threads;
  const auto warn = [&](const std::string& file, std::int64_t lines, std::string_view what) {
    if (lines > 0) console.warning(file, ": ", lines, " lines are not ", what, " and were passed over");
  };
  std::vector<Pairs> pairs;
  std::vector<Analogies> analogies;
  for (const std::string& file : pair_files) {
    pairs.push_back({file, evaluate_word_pairs(vectors, file, options)});
    warn(file, pairs.back().result.skipped_lines, "two words and a number");
  }
  for (const std::string& file : question_files) {
    analogies.push_back({file, evaluate_word_analogies(vectors, file, options)});
    warn(file, analogies.back().result.skipped_lines, "four words");
  }
  print_answer(arguments.on("json") ? json_of(pairs, analogies) : lines_of(pairs, analogies));
  return 0;
}

}  // namespace

const Command kWordsEval = {
    .name = "eval",
    .summary = "Judge word vectors by word pairs and analogies",
    .operands = "FILE",
    .max_operands = 1,
    .description =
        "Prints for each file of word pairs how well the cosines agree with the judgements, and how many pairs have "
        "both words known; for each file of analogies the right answers by section. Counts as gensim does.",
    .examples =
        "sememe words eval vectors.txt --similarity ws353.tsv --analogies questions-words.txt\n"
        "sememe words eval vectors.txt --similarity ws353.tsv --similarity simlex.tsv --json\n",
    .groups = kGroups,
    .run = run_eval,
};

}  // namespace sememe::cli
