#include "model/word_in_text.h"

#include <algorithm>

#include "base/fail.h"
#include "io/utf8.h"
#include "unicode/unicode.h"
#include "words/folded.h"

namespace sememe {
namespace {

bool in_word(char32_t c) {
  return unicode::in(c, unicode::kCategoryL | unicode::kCategoryM | unicode::kCategoryN) || c == U'_';
}

/// The end of `word`, in lower case, if it stands at `at`.
std::optional<std::size_t> end_of_match(std::string_view text, std::size_t at, std::u32string_view word) {
  while (!word.empty()) {
    if (at >= text.size()) return std::nullopt;
    const CodePoint c = decode_utf8(text, at);
    const unicode::Expansion lower = unicode::lower(c.value);
    const std::u32string_view letters(lower.values, static_cast<std::size_t>(lower.size));
    if (!word.starts_with(letters)) return std::nullopt;
    word.remove_prefix(letters.size());
    at += static_cast<std::size_t>(c.length);
  }
  return at;
}

}  // namespace

std::optional<Offset> find_word(std::string_view text, std::string_view word) {
  const std::u32string wanted = folded(word);
  if (wanted.empty()) return std::nullopt;
  char32_t before = U' ';
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    if (!in_word(before) || !in_word(wanted.front())) {
      const auto end = end_of_match(text, at, wanted);
      if (end && (*end == text.size() || !in_word(wanted.back()) || !in_word(decode_utf8(text, *end).value)))
        return Offset{static_cast<std::int32_t>(at), static_cast<std::int32_t>(*end)};
    }
    before = c.value;
    at += static_cast<std::size_t>(c.length);
  }
  return std::nullopt;
}

std::vector<float> mean_of_word(const Encoding& encoding, const Matrix& rows, const Offset& where) {
  std::vector<float> out(static_cast<std::size_t>(rows.cols()));
  float count = 0;
  for (std::size_t t = 0; t < encoding.ids.size(); ++t) {
    if (encoding.run(t).special || encoding.offsets[t].end <= where.begin || encoding.offsets[t].begin >= where.end)
      continue;
    const std::span<const float> row = rows.row(static_cast<std::int64_t>(t));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += row[i];
    ++count;
  }
  for (float& value : out) value /= std::max(1.0F, count);
  return out;
}

WordInText word_in_text(const Encoder& encoder, std::string_view text, std::string_view word) {
  const EncoderInfo& info = encoder.info();
  if (info.layers == 0)
    fail(ErrorCode::kUnsupported, info.name, ": a static model, whose vectors do not depend on the text; expected a ",
         "transformer");
  require_utf8(text, "the text");
  require_utf8(word, "the word");
  if (word.empty()) fail(ErrorCode::kInvalidArgument, "the word is empty; give one that stands in both texts");
  const auto where = find_word(text, word);
  if (!where)
    fail(ErrorCode::kInvalidArgument, "the word ", quote(word, 40), " does not stand in the text ", quote(text, 80));
  EncodeOptions options;
  options.prompt = "";
  const std::string_view texts[] = {text};
  const TokenEmbeddings last = encoder.encode_tokens(texts, options);
  const Encoding encoding =
      encoder.tokenizer().encode(text, {.truncation = Truncation{.max_length = info.max_tokens}, .keep_tokens = true});
  WordInText out{.where = *where, .vector = mean_of_word(encoding, last.vectors, *where)};
  std::int32_t end = 0;  // of what the tokens reach
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.run(t).special) continue;
    end = std::max(end, encoding.offsets[t].end);
    if (encoding.offsets[t].end > where->begin && encoding.offsets[t].begin < where->end)
      out.tokens.push_back(encoding.tokens[t]);
  }
  if (end < where->end || out.tokens.empty())
    fail(ErrorCode::kInvalidArgument, "the word ", quote(word, 40), " stands after the ", info.max_tokens,
         " tokens that ", info.name, " reads of the text ", quote(text, 80), "; shorten the text");
  return out;
}

}  // namespace sememe
