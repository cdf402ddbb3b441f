#include "cli/words_options.h"

#include <algorithm>
#include <filesystem>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/own_file.h"
#include "io/utf8.h"

namespace sememe::cli {

WordVectors load_words(const Arguments& arguments) {
  if (arguments.operands().empty())
    fail(ErrorCode::kInvalidArgument, "no file of word vectors; name one before the words");
  return load_words(arguments, arguments.operands().front());
}

WordVectors load_words(const Arguments& arguments, const std::string& file) {
  WordLoadOptions options;
  if (const auto format = arguments.text("from")) options.format = parse_word_format(*format);
  options.limit = arguments.number("limit").value_or(0);
  return WordVectors::load(file, options);
}

WordFormat word_output_format(const Arguments& arguments, const std::string& out) {
  const std::string_view by_name = out.ends_with(".bin")           ? "binary"
                                   : out.ends_with(".safetensors") ? "safetensors"
                                                                   : "text";
  return parse_word_format(arguments.text("to").value_or(std::string(by_name))).value();
}

namespace {

bool names_a_file(const std::string& operand) {
  constexpr std::string_view kEndings[] = {".txt", ".vec",   ".bin", ".ftz", ".safetensors",
                                           ".kv",  ".model", ".gz",  ".zst"};
  std::error_code unknown;
  return operand.find('/') != std::string::npos || std::filesystem::exists(operand, unknown) ||
         std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view end) { return operand.ends_with(end); });
}

}  // namespace

WordVectors load_own_words(const Arguments& arguments) {
  constexpr std::string_view kName = "words-en.safetensors";
  const std::filesystem::path file = own_file(kName);
  if (file.empty())
    fail(ErrorCode::kNotFound, "no file of word vectors is named, and the program's own, share/sememe/", kName,
         ", are not beside it");
  return WordVectors::load(file, {.limit = arguments.number("limit").value_or(0)});
}

WordQuestion word_question(const Arguments& arguments, std::int64_t least, std::int64_t most) {
  const std::vector<std::string>& all = arguments.operands();
  const std::int64_t count = std::ssize(all);
  if (count < least || names_a_file(all.front())) {
    std::vector<std::string> words = word_operands(arguments, least, most);
    return {load_words(arguments), std::move(words)};
  }
  if (count > most)
    fail(ErrorCode::kInvalidArgument, "expected a file and ", least, " words, or ", least, " words; found ", count,
         ", and no file is named ", quote(all.front(), 40));
  return {load_own_words(arguments), all};
}

std::vector<std::string> word_operands(const Arguments& arguments, std::int64_t least, std::int64_t most) {
  const std::vector<std::string>& all = arguments.operands();
  const std::int64_t found = std::max<std::int64_t>(0, std::ssize(all) - 1);
  if (found < least || found > most)
    fail(ErrorCode::kInvalidArgument, "expected a file and ", least, most > least ? " or more words" : " words",
         ", found ", all.empty() ? "no file" : concat(found, " words"));
  return {all.begin() + 1, all.end()};
}

std::string phrase_of(const WordVectors& vectors, const std::string& operand) {
  if (operand.find(' ') == std::string::npos || vectors.find(operand)) return operand;
  std::string joined = operand;
  std::replace(joined.begin(), joined.end(), ' ', '_');
  return vectors.find(joined) ? joined : operand;
}

std::vector<std::string> words_of(const WordVectors& vectors, const std::string& operand) {
  const std::string phrase = phrase_of(vectors, operand);
  if (vectors.find(phrase)) return {phrase};
  std::vector<std::string> words;
  for (std::size_t at = 0; at < operand.size();) {
    const std::size_t end = std::min(operand.find(' ', at), operand.size());
    if (end > at) words.push_back(operand.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string required_text(const Arguments& arguments, std::string_view name, std::string_view usage) {
  const auto text = arguments.text(name);
  if (!text) fail(ErrorCode::kInvalidArgument, "no --", name, "; give ", usage);
  return *text;
}

std::string utf8_of(std::string_view word) {
  return find_invalid_utf8(word) ? replace_invalid_utf8(word) : std::string(word);
}

std::string answer_lines(const WordVectors& vectors, std::span<const ScoredWord> answers) {
  int width = 0;
  for (const ScoredWord& answer : answers) width = std::max(width, display_width(printable(vectors.word(answer.id))));
  std::string out;
  for (const ScoredWord& answer : answers)
    out.append(pad_right(printable(vectors.word(answer.id)), width)).append(fixed(answer.score, 4, 9)).append("\n");
  return out;
}

void append_answers(JsonWriter& json, const WordVectors& vectors, std::span<const ScoredWord> answers) {
  json.begin_array();
  for (const ScoredWord& answer : answers)
    json.begin_object()
        .member("word", std::string_view(utf8_of(vectors.word(answer.id))))
        .member("score", answer.score)
        .end_object();
  json.end_array();
}

void print_answer(std::string_view text) {
  AtomicFile out(output_path("-"));
  out.write(text);
  out.commit();
}

}  // namespace sememe::cli
