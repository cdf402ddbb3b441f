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
  const WordVectors& vectors = question.vectors;
  std::vector<std::string> words;
  for (const std::string& operand : question.words)
    for (std::string& word : words_of(vectors, operand)) words.push_back(std::move(word));
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

}  // namespace

const Command kWordsNeighbors = {
    .name = "neighbors",
    .summary = "Show the words closest to a word, or to the mean of several",
    .operands = "[FILE] WORD...",
    .max_operands = kManyWords,
    .description =
        "Compares all words of the file by cosine. Several words are averaged, each scaled to length 1 before; 'new "
        "york' "
        "is new_york if the file has that. With a fastText .bin the words need not be in the file.",
    .examples =
        "sememe words neighbors vectors.txt cat\n"
        "sememe words neighbors model.bin river bank -k 5 --json\n",
    .groups = kGroups,
    .run = run_neighbors,
};

}  // namespace sememe::cli
