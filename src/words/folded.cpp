#include "words/folded.h"

#include "io/utf8.h"
#include "unicode/ascii.h"
#include "unicode/unicode.h"

namespace sememe {

std::u32string folded(std::string_view word) {
  std::string valid;
  if (find_invalid_utf8(word)) word = valid = replace_invalid_utf8(word);
  std::u32string out;
  for (std::size_t at = 0; at < word.size();) {
    const CodePoint c = decode_utf8(word, at);
    const unicode::Expansion lower = unicode::lower(c.value);
    out.append(lower.values, static_cast<std::size_t>(lower.size));
    at += static_cast<std::size_t>(c.length);
  }
  return out;
}

std::string folded_utf8(std::string_view word) {
  std::string out;
  for (const char32_t c : folded(word)) append_utf8(out, c);
  return out;
}

}  // namespace sememe
