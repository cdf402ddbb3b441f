#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sememe {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // at the start of a text it says nothing

/// Byte offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong
/// forms, no surrogates, nothing over U+10FFFF), or nullopt if all of `text` is.
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// `text` with every maximal ill-formed part replaced by U+FFFD (Unicode 15, section 3.9, "Substitution of
/// Maximal Subparts", the practice of the WHATWG decoder and of Python's errors="replace").
std::string replace_invalid_utf8(std::string_view text);

/// How many bytes at the end of `text`, 0 to 3, begin a code point whose rest may follow.
std::size_t incomplete_utf8(std::string_view text) noexcept;

/// Throws kInvalidArgument, "<what> is not valid UTF-8 at byte N (found 0xXX); ...", unless `text` is well formed.
void require_utf8(std::string_view text, std::string_view what);

/// One code point of well-formed UTF-8 and its length in bytes.
struct CodePoint {
  char32_t value;
  int length;
};
/// Decodes the code point that starts at text[at]. Precondition: well-formed UTF-8, at < text.size().
inline CodePoint decode_utf8(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  const char32_t b0 = byte(0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xE0) return {(b0 & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (b0 < 0xF0) return {(b0 & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(b0 & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}
/// Whether a byte of UTF-8 goes on with a code point that began before it.
constexpr bool is_utf8_continuation(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
/// Bytes of the UTF-8 form of a scalar value.
constexpr int utf8_length(char32_t c) noexcept { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
/// Appends the UTF-8 form of a scalar value.
inline void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

}  // namespace sememe
