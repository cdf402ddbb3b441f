#include "tokenize/post_processors/trim_offsets.h"

#include <algorithm>

#include "io/utf8.h"
#include "tokenize/byte_alphabet.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

bool is_space(char32_t c) { return c == kByteAlphabet[' '] || unicode::has(c, unicode::kWhitespace); }

std::size_t previous(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (is_utf8_continuation(text[at]));
  return at;
}

int leading_spaces(std::string_view token) {
  int count = 0;
  for (std::size_t at = 0; at < token.size(); ++count) {
    const CodePoint c = decode_utf8(token, at);
    if (!is_space(c.value)) break;
    at += static_cast<std::size_t>(c.length);
  }
  return count;
}

int trailing_spaces(std::string_view token) {
  int count = 0;
  for (std::size_t at = token.size(); at > 0; ++count) {
    at = previous(token, at);
    if (!is_space(decode_utf8(token, at).value)) break;
  }
  return count;
}

void trim(std::string_view token, std::string_view text, bool first, Offset& offset) {
  int leading = leading_spaces(token);
  const int trailing = trailing_spaces(token);
  if (first && leading == 1) leading = 0;
  for (; leading > 0 && offset.begin < offset.end; --leading)
    offset.begin += decode_utf8(text, static_cast<std::size_t>(offset.begin)).length;
  // A text with fewer characters before the end than the token has spaces keeps them all.
  auto end = static_cast<std::size_t>(offset.end);
  for (int left = trailing; left > 0; --left) {
    if (end == 0) return;
    end = previous(text, end);
  }
  offset.end = std::max(static_cast<std::int32_t>(end), offset.begin);
}

void trim_row(Encoding& encoding, const PostProcessor::Texts& texts, bool add_prefix_space) {
  const bool has_tokens = encoding.tokens.size() == encoding.size();
  std::size_t i = 0;
  for (const Encoding::Run& run : encoding.runs) {
    if (run.sequence_id < 0) i = run.end;
    for (; i < run.end; ++i) {
      Offset& offset = encoding.offsets[i];
      trim(has_tokens ? encoding.tokens[i] : texts.of_token(encoding.ids[i]),
           texts.originals[static_cast<std::size_t>(run.sequence_id)],
           add_prefix_space && (i == 0 || offset.begin == 0), offset);
    }
  }
}

}  // namespace

void trim_offsets(Encoding& encoding, const PostProcessor::Texts& texts, bool add_prefix_space) {
  trim_row(encoding, texts, add_prefix_space);
  for (Encoding& piece : encoding.overflowing) trim_row(piece, texts, add_prefix_space);
}

}  // namespace sememe
