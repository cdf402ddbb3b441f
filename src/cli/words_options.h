#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "io/json_writer.h"
#include "sememe/words.h"

namespace sememe::cli {

inline constexpr Option kWordsFromOption = {
    "from", '\0', "text|binary|glove|fasttext|safetensors",
    "Format of the file: word2vec text or fastText .vec, word2vec binary, GloVe text, fastText .bin, safetensors "
    "(default: told by its first bytes)"};
inline constexpr Option kWordsLimitOption = {
    "limit", '\0',
    "N",     "Read only the first N words, which mostly are the most frequent; not of fastText .bin",
    1,       std::int64_t{1} << 31};
inline constexpr Option kWordsJsonOption = {"json", '\0', "", "JSON instead of lines for people"};
inline constexpr Option kWordsCountOption = {
    "top-k", 'k', "N", "How many words to show (default: 10)", 1, std::int64_t{1} << 31};

/// The file of the first operand, as --from and --limit say.
/// Errors  kInvalidArgument: no operand; those of WordVectors::load.
WordVectors load_words(const Arguments& arguments);

/// The same of another file.
WordVectors load_words(const Arguments& arguments, const std::string& file);
/// The English vectors that come with the program. Errors  kNotFound: they are not where it is.
WordVectors load_own_words(const Arguments& arguments);

/// Format of the file `out`: --to, else by its name.
WordFormat word_output_format(const Arguments& arguments, const std::string& out);

/// The operands after the file.
/// Errors  kInvalidArgument: fewer than `least`, or more than `most`.
std::vector<std::string> word_operands(const Arguments& arguments, std::int64_t least, std::int64_t most);

/// Words, and the vectors that are asked about them.
struct WordQuestion {
  WordVectors vectors;
  std::vector<std::string> words;
};
/// The operands: a file and words, or only words, which are asked of the English vectors that come with the program.
/// The first one is a file if there is one of that name, or if it looks like a path.
/// Errors  as word_operands() and load_words(); kNotFound: the program's own vectors are not where it is.
WordQuestion word_question(const Arguments& arguments, std::int64_t least, std::int64_t most);

/// The word that an operand means: itself, or with underscores for spaces, as many files have phrases.
std::string phrase_of(const WordVectors& vectors, const std::string& operand);
/// The same, or else the words between the spaces of the operand.
std::vector<std::string> words_of(const WordVectors& vectors, const std::string& operand);

/// The text of a flag that has to be given. Errors  kInvalidArgument: "give <usage>".
std::string required_text(const Arguments& arguments, std::string_view name, std::string_view usage);

/// Words are bytes: what is not UTF-8 becomes U+FFFD.
std::string utf8_of(std::string_view word);

/// "dog  0.8732", a word a line, in columns.
std::string answer_lines(const WordVectors& vectors, std::span<const ScoredWord> answers);
/// [{"word":"dog","score":0.8732},...]
void append_answers(JsonWriter& json, const WordVectors& vectors, std::span<const ScoredWord> answers);

/// Writes to standard output.
void print_answer(std::string_view text);

}  // namespace sememe::cli
