#include "cli/console.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kManyWords = 1 << 20;

constexpr Option kOptions[] = {kWordsCountOption, kWordsJsonOption, kWordsFromOption, kWordsLimitOption};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

int run_neighbors(const Arguments& arguments, Console& console) {
  const WordQuestion question = word_question(arguments, 1, kManyWords);
  const auto& [vectors, words] = question;
  const auto answers = vectors.closest({words, {}}, arguments.number("top-k").value_or(10), AnalogyMethod::kAdd,
                                       console.options().threads);
  if (!arguments.on("json")) {
    print_answer(answer_lines(vectors, answers));
    return 0;
  }
  JsonWriter json;
  json.begin_object().key("words").begin_array();
  for (const std::string& word : words) json.value(std::string_view(utf8_of(word)));
  json.end_array().key("neighbors");
  append_answers(json, vectors, answers);
  json.end_object().end_line();
  print_answer(json.take());
  return 0;
}

constexpr Option kAnalogyOptions[] = {
    kWordsCountOption,
    {"method", '\0', "3cosadd|3cosmul",
     "How the cosines with the three words are put together: as a sum, or as a product of (1 + cosine) / 2 (default: "
     "3cosadd)"},
    kWordsJsonOption,
    kWordsFromOption,
    kWordsLimitOption,
};
constexpr OptionGroup kAnalogyGroups[] = {{"Options", kAnalogyOptions}};

int run_analogy(const Arguments& arguments, Console& console) {
  const WordQuestion question = word_question(arguments, 3, 3);
  const auto& [vectors, words] = question;
  const std::string method = arguments.text("method").value_or("3cosadd");
  const auto answers =
      vectors.closest({{words[0], words[2]}, {words[1]}}, arguments.number("top-k").value_or(10),
                      method == "3cosmul" ? AnalogyMethod::kMul : AnalogyMethod::kAdd, console.options().threads);
  if (!arguments.on("json")) {
    print_answer(answer_lines(vectors, answers));
    return 0;
  }
  JsonWriter json;
  json.begin_object();
  constexpr std::string_view kNames[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) json.member(kNames[i], std::string_view(utf8_of(words[i])));
  json.member("method", std::string_view(method)).key("answers");
  append_answers(json, vectors, answers);
  json.end_object().end_line();
  print_answer(json.take());
  return 0;
}

}  // namespace

const Command kWordsNeighbors = {
    .name = "neighbors",
    .summary = "Show the words closest to a word, or to the mean of several",
    .operands = "[FILE] WORD...",
    .max_operands = kManyWords,
    .description =
        "Compares all words of the file by cosine. Several words are averaged, each scaled to length 1 before. With a "
        "fastText .bin the words need not be in the file.",
    .examples =
        "sememe words neighbors vectors.txt cat\n"
        "sememe words neighbors model.bin river bank -k 5 --json\n",
    .groups = kGroups,
    .run = run_neighbors,
};

const Command kWordsAnalogy = {
    .name = "analogy",
    .summary = "Show the words closest to A - B + C",
    .operands = "[FILE] A B C",
    .max_operands = 4,
    .description = "king - man + woman: A is to B as the answer is to C. A, B and C themselves are no answers.",
    .examples =
        "sememe words analogy vectors.txt king man woman\n"
        "sememe words analogy vectors.txt paris france italy -k 3 --method 3cosmul\n",
    .groups = kAnalogyGroups,
    .run = run_analogy,
};

}  // namespace sememe::cli
