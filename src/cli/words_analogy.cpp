#include "base/fail.h"
#include "cli/console.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kWordsCountOption,
    {"method", '\0', "3cosadd|3cosmul|pairdirection",
     "How cosines are put together: with the sum of the three words; a product of (1 + cosine) / 2 with each; that of "
     "the way to the answer with the way from B to A (default: 3cosadd)"},
    {.name = "pair",
     .value = "A:B",
     .help = "A is to B as the one word given is to the answer; of several pairs the mean counts",
     .repeats = true},
    kWordsJsonOption,
    kWordsFromOption,
    kWordsLimitOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

std::pair<std::string, std::string> pair_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon >= text.size() - 1 || text.find(':', colon + 1) != std::string::npos)
    fail(ErrorCode::kInvalidArgument, "--pair: expected two words with a colon between, found ", quote(text, 40));
  return {text.substr(0, colon), text.substr(colon + 1)};
}

int run_analogy(const Arguments& arguments, Console& console) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : arguments.texts("pair")) pairs.push_back(pair_of(text));
  const bool by_pairs = !pairs.empty();
  const std::int64_t count = by_pairs ? 1 : 3, k = arguments.number("top-k").value_or(10);
  const WordQuestion question = word_question(arguments, count, count);
  const WordVectors& vectors = question.vectors;
  const std::string method = arguments.text("method").value_or("3cosadd");
  if (by_pairs && method == "3cosmul")
    fail(ErrorCode::kInvalidArgument, "--method 3cosmul is for A B C, not for --pair");

  std::vector<std::string> words;
  for (const std::string& operand : question.words) words.push_back(phrase_of(vectors, operand));
  for (auto& [from, to] : pairs) from = phrase_of(vectors, from), to = phrase_of(vectors, to);
  const int threads = console.options().threads;
  const AnalogyMethod way = method == "pairdirection" ? AnalogyMethod::kDirection
                            : method == "3cosmul"     ? AnalogyMethod::kMul
                                                      : AnalogyMethod::kAdd;
  const std::vector<ScoredWord> answers = by_pairs ? vectors.related({pairs, words[0]}, k, way, threads)
                                          : way == AnalogyMethod::kDirection
                                              ? vectors.related({{{words[1], words[0]}}, words[2]}, k, way, threads)
                                              : vectors.closest({{words[0], words[2]}, {words[1]}}, k, way, threads);
  if (!arguments.on("json")) {
    print_answer(answer_lines(vectors, answers));
    return 0;
  }
  JsonWriter json;
  json.begin_object();
  constexpr std::string_view kNames[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < words.size(); ++i)
    json.member(by_pairs ? "word" : kNames[i], std::string_view(utf8_of(words[i])));
  if (by_pairs) {
    json.key("pairs").begin_array();
    for (const auto& [from, to] : pairs)
      json.begin_array().value(std::string_view(utf8_of(from))).value(std::string_view(utf8_of(to))).end_array();
    json.end_array();
  }
  json.member("method", std::string_view(method)).key("answers");
  append_answers(json, vectors, answers);
  json.end_object().end_line();
  print_answer(json.take());
  return 0;
}

}  // namespace

const Command kWordsAnalogy = {
    .name = "analogy",
    .summary = "Show the words closest to A - B + C, or those that a word's pairs lead to",
    .operands = "[FILE] A B C",
    .max_operands = 4,
    .description =
        "king - man + woman: A is to B as the answer is to C. With --pair one word is given, and the pairs say what "
        "leads from it to the answer. The words of the question themselves are no answers.",
    .examples =
        "sememe words analogy vectors.txt king man woman\n"
        "sememe words analogy vectors.txt paris france italy -k 3 --method 3cosmul\n"
        "sememe words analogy vectors.txt germany --pair france:paris --pair italy:rome\n",
    .groups = kGroups,
    .run = run_analogy,
};

}  // namespace sememe::cli
