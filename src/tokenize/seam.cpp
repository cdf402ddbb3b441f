#include "tokenize/seam.h"

#include <array>

#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool ends_steady(std::string_view text, std::size_t end) {
  if (end == 0) return false;
  std::size_t begin = end - 1;
  if (byte_at(text, begin) < 0x80) return is_steady(byte_at(text, begin));
  while ((byte_at(text, begin) & 0xC0) == 0x80) --begin;
  return is_steady(decode_utf8(text, begin).value);
}

/// What a byte is to next_seam().
enum Kind : std::uint8_t { kOther, kLetterOrDigit, kPunctuation, kSpace };

constexpr std::array<Kind, 256> kKinds = [] {
  std::array<Kind, 256> kinds{};
  for (unsigned c = 0x21; c < 0x7F; ++c) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    const bool digit = c >= '0' && c <= '9';
    kinds[c] = letter || digit ? kLetterOrDigit : c == '\'' || c == '_' ? kOther : kPunctuation;
  }
  kinds[' '] = kSpace;
  return kinds;
}();

bool begins_space(std::string_view text, std::size_t at) {
  const unsigned byte = byte_at(text, at);
  return byte < 0x80 ? byte <= 0x20 || byte == 0x7F : unicode::has(decode_utf8(text, at).value, unicode::kWhitespace);
}

}  // namespace

bool is_steady(char32_t c) noexcept {
  if (c < 0x80) return c > 0x20 && c < 0x7F;
  return (c >= 0xC0 && c <= 0x24F) || (c >= 0x388 && c <= 0x3CE) || (c >= 0x400 && c <= 0x481) ||
         (c >= 0x48A && c <= 0x52F) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) ||
         (c >= 0xAC00 && c <= 0xD7A3) || c == 0x2013 || c == 0x2014 || c == 0x2018 || c == 0x2019 || c == 0x201C ||
         c == 0x201D || c == 0x2026;
}

std::size_t next_seam(std::string_view text, std::size_t from, bool punctuation) noexcept {
  if (from + 1 >= text.size()) return text.size();
  Kind before = kKinds[byte_at(text, from)];
  for (std::size_t at = from + 1; at < text.size(); ++at) {
    const Kind kind = kKinds[byte_at(text, at)];
    if (kind == kSpace) {
      if (at + 1 < text.size() && ends_steady(text, at) && !begins_space(text, at + 1)) return at;
    } else if (kind == kPunctuation && before == kLetterOrDigit && punctuation) {
      return at;
    }
    before = kind;
  }
  return text.size();
}

bool ends_at_seam(std::string_view text) noexcept { return ends_steady(text, text.size()); }

bool has_seam(std::string_view text, SeamKind kind) noexcept {
  for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(decode_utf8(text, at).length)) {
    if (kind == SeamKind::kSpace && begins_space(text, at)) return true;
    if (kind == SeamKind::kPunctuation && at > 0 && kKinds[byte_at(text, at)] == kPunctuation &&
        kKinds[byte_at(text, at - 1)] == kLetterOrDigit)
      return true;
  }
  return false;
}

}  // namespace sememe
