#include "base/fail.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kManyWords = 1 << 20;

constexpr Option kOptions[] = {kWordsJsonOption, kWordsFromOption, kWordsLimitOption};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

int run_vector(const Arguments& arguments, Console&) {
  const WordQuestion question = word_question(arguments, 1, kManyWords);
  const auto& [vectors, words] = question;
  std::vector<float> vector(static_cast<std::size_t>(vectors.dim()));
  AtomicFile out(output_path("-"));
  JsonWriter json;
  for (const std::string& operand : words) {
    const std::string word = phrase_of(vectors, operand);
    if (!vectors.vector(word, vector)) vectors.require(word);
    if (arguments.on("json")) {
      json.begin_object()
          .member("word", std::string_view(utf8_of(word)))
          .member("known", vectors.find(word).has_value())
          .key("vector")
          .numbers(vector)
          .end_object()
          .end_line();
      out.write(json.take());
      continue;
    }
    std::string line = printable(word);
    for (const float value : vector) append_float(line.append(1, ' '), value);
    out.write(line.append(1, '\n'));
  }
  out.commit();
  return 0;
}

}  // namespace

const Command kWordsVector = {
    .name = "vector",
    .summary = "Print the vectors of words",
    .operands = "[FILE] WORD...",
    .max_operands = kManyWords,
    .description =
        "A word and its numbers on a line. With a fastText .bin, words that are not in the file get the mean of their "
        "character n-grams.",
    .examples =
        "sememe words vector vectors.txt cat dog\n"
        "sememe words vector model.bin unbelievableness --json\n",
    .groups = kGroups,
    .run = run_vector,
};

}  // namespace sememe::cli
