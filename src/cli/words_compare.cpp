#include "base/fail.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "model/word_in_text.h"
#include "sememe/similarity.h"
#include "words/folded.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    {"word", '\0', "WORD", "The word to compare, which stands in both texts"},
    {"vectors", '\0', "FILE", "Word vectors for the static side (default: the English ones of the program)"},
    kWordsFromOption,
    kWordsLimitOption,
    kModelOption,
    kComputeOption,
    kWordsJsonOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

/// The vector of a word as a text has it, or of its lower case, as most files have words.
std::vector<float> static_vector(const WordVectors& vectors, std::string_view word) {
  std::vector<float> out(static_cast<std::size_t>(vectors.dim()));
  if (!vectors.find(word) && vectors.vector(folded_utf8(word), out)) return out;
  if (!vectors.vector(word, out)) vectors.require(word);
  return out;
}

std::string joined(const std::vector<std::string>& tokens) {
  std::string out;
  for (const std::string& token : tokens) out.append(out.empty() ? "" : " ").append(printable(token));
  return out;
}

int run_compare(const Arguments& arguments, Console& console) {
  const std::vector<std::string>& texts = arguments.operands();
  if (texts.size() != 2)
    fail(ErrorCode::kInvalidArgument, "expected two texts that hold the word, found ", texts.size());
  const std::string word = required_text(arguments, "word", "--word WORD, which stands in both texts");
  const Encoder encoder = load_encoder(arguments, console);
  const WordInText seen[] = {word_in_text(encoder, texts[0], word), word_in_text(encoder, texts[1], word)};
  const auto file = arguments.text("vectors");
  const WordVectors vectors = file ? load_words(arguments, *file) : load_own_words(arguments);
  const auto fixed_vector = [&](std::size_t i) {
    const Offset& where = seen[i].where;
    return static_vector(vectors, std::string_view(texts[i]).substr(where.begin, where.end - where.begin));
  };
  const float fixed_cosine = cosine_similarity(fixed_vector(0), fixed_vector(1));
  const float contextual = cosine_similarity(seen[0].vector, seen[1].vector);
  const std::string source = file ? *file : "words-en";
  const std::string& model = encoder.info().name;
  if (!arguments.on("json")) {
    constexpr int kName = 14, kNumber = 12;
    print_answer(concat(pad_right("", kName), pad_right("static", kNumber), "contextual\n",
                        pad_right(printable(word), kName - 2), "  ", pad_right(fixed(fixed_cosine, 4, 0), kNumber),
                        fixed(contextual, 4, 0), "\n\nstatic      one vector of the word, whatever stands around it (",
                        printable(source), ")\ncontextual  last hidden states of its tokens in each text (",
                        printable(model), ": ", joined(seen[0].tokens), " | ", joined(seen[1].tokens), ")\n"));
    return 0;
  }
  JsonWriter json;
  json.begin_object().member("word", std::string_view(word)).key("texts").begin_array();
  for (const std::string& text : texts) json.value(std::string_view(text));
  json.end_array()
      .member("static", fixed_cosine)
      .member("contextual", contextual)
      .member("vectors", std::string_view(utf8_of(source)))
      .member("model", std::string_view(utf8_of(model)))
      .key("tokens")
      .begin_array();
  for (const WordInText& one : seen) {
    json.begin_array();
    for (const std::string& token : one.tokens) json.value(std::string_view(utf8_of(token)));
    json.end_array();
  }
  json.end_array().end_object().end_line();
  print_answer(json.take());
  return 0;
}

}  // namespace

const Command kWordsCompare = {
    .name = "compare",
    .summary = "Show what a word means in two texts, to word vectors and to a transformer",
    .operands = "TEXT TEXT",
    .max_operands = 2,
    .description =
        "A word has one vector in a file of word vectors, so its cosine with itself is 1 wherever it stands. A "
        "transformer gives its tokens other vectors in each text: the mean of their last hidden states is compared. "
        "The "
        "first place counts where the word stands, in capitals or not.",
    .examples =
        "sememe words compare \"river bank\" \"bank account\" --word bank\n"
        "sememe words compare \"a spring day\" \"the spring of a clock\" --word spring -m all-MiniLM-L6-v2 --json\n",
    .groups = kGroups,
    .run = run_compare,
};

}  // namespace sememe::cli
