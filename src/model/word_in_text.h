#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sememe/encoder.h"

namespace sememe {

/// Bytes of `text` where `word` first stands as a whole word, whatever the cases of the letters; nothing if it does
/// not.
std::optional<Offset> find_word(std::string_view text, std::string_view word);

/// Mean of the rows (tokens, D) of those tokens of `encoding`, special ones aside, that overlap `where`; zeros if none
/// does.
std::vector<float> mean_of_word(const Encoding& encoding, const Matrix& rows, const Offset& where);

/// A word as a transformer sees it in a text.
struct WordInText {
  Offset where;                     ///< in the text
  std::vector<std::string> tokens;  ///< of the word
  std::vector<float> vector;        ///< (D): mean of their last hidden states
};

/// Reads `text` without a prompt.
/// Errors  kInvalidArgument: the word is empty, is not in the text, or stands where the text is cut; no UTF-8;
///         kUnsupported: a static model, whose vectors do not depend on the text.
WordInText word_in_text(const Encoder& encoder, std::string_view text, std::string_view word);

}  // namespace sememe
