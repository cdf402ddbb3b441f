#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kManyWords = 1 << 20;

constexpr Option kOptions[] = {kWordsJsonOption, kWordsFromOption, kWordsLimitOption};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

int run_similarity(const Arguments& arguments, Console&) {
  const WordQuestion question = word_question(arguments, 2, 2);
  const auto& [vectors, words] = question;
  const float similarity = vectors.similarity(words_of(vectors, words[0]), words_of(vectors, words[1]));
  if (!arguments.on("json")) {
    print_answer(fixed(similarity, 4, 0) + "\n");
    return 0;
  }
  JsonWriter json;
  json.begin_object()
      .member("a", std::string_view(utf8_of(words[0])))
      .member("b", std::string_view(utf8_of(words[1])))
      .member("similarity", similarity)
      .end_object()
      .end_line();
  print_answer(json.take());
  return 0;
}

int run_odd_one_out(const Arguments& arguments, Console&) {
  const WordQuestion question = word_question(arguments, 3, kManyWords);
  std::vector<std::string> words;
  for (const std::string& operand : question.words) words.push_back(phrase_of(question.vectors, operand));
  const std::vector<ScoredWord> order = question.vectors.odd_one_out(words);
  const auto word = [&](const ScoredWord& answer) { return words[static_cast<std::size_t>(answer.id)]; };
  if (!arguments.on("json")) {
    int width = 0;
    for (const ScoredWord& answer : order) width = std::max(width, display_width(printable(word(answer))));
    std::string lines;
    for (const ScoredWord& answer : order)
      lines.append(pad_right(printable(word(answer)), width)).append(fixed(answer.score, 4, 9)).append("\n");
    print_answer(lines);
    return 0;
  }
  JsonWriter json;
  json.begin_object().member("odd", std::string_view(utf8_of(word(order.front())))).key("words").begin_array();
  for (const ScoredWord& answer : order)
    json.begin_object()
        .member("word", std::string_view(utf8_of(word(answer))))
        .member("score", answer.score)
        .end_object();
  json.end_array().end_object().end_line();
  print_answer(json.take());
  return 0;
}

}  // namespace

const Command kWordsSimilarity = {
    .name = "similarity",
    .summary = "Show the cosine of two words, or of the means of two groups of words",
    .operands = "[FILE] A B",
    .max_operands = 3,
    .description =
        "A and B are words, phrases, which files may have with underscores for their spaces, or several words with "
        "spaces "
        "between, which are averaged.",
    .examples =
        "sememe words similarity vectors.txt cat dog\n"
        "sememe words similarity vectors.txt 'new york' 'los angeles'\n",
    .groups = kGroups,
    .run = run_similarity,
};

const Command kWordsOddOneOut = {
    .name = "odd-one-out",
    .summary = "Show which word goes least with the others",
    .operands = "[FILE] WORD WORD WORD...",
    .max_operands = kManyWords,
    .description = "Orders the words by their cosine with the mean of all of them: the first line is the odd one.",
    .examples = "sememe words odd-one-out vectors.txt breakfast lunch dinner bicycle\n",
    .groups = kGroups,
    .run = run_odd_one_out,
};

}  // namespace sememe::cli
