#include "io/utf8.h"

#include <array>
#include <cstring>

#include "base/fail.h"

namespace sememe {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// Offset of the first byte at or after `i` that is not ASCII, or text.size().
std::size_t skip_ascii(std::string_view text, std::size_t i) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  for (; i + 16 <= text.size(); i += 16) {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), text.data() + i, sizeof(words));
    if (((words[0] | words[1]) & kHighBits) != 0) break;
  }
  while (i < text.size() && byte_at(text, i) < 0x80) ++i;
  return i;
}

/// What stands at a byte that is not ASCII: a whole code point of `length` bytes, or the longest beginning of one
/// (at least one byte), which is what U+FFFD replaces.
struct Sequence {
  std::size_t length;
  bool valid;
};

Sequence sequence_at(std::string_view text, std::size_t i) {
  const unsigned lead = byte_at(text, i);
  // Only the second byte's range depends on the lead (Unicode 15, table 3-7).
  std::size_t length = 0;
  unsigned low = 0x80, high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;   // no overlong forms
    if (lead == 0xED) high = 0x9F;  // no surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;   // no overlong forms
    if (lead == 0xF4) high = 0x8F;  // nothing over U+10FFFF
  } else {
    return {1, false};
  }
  for (std::size_t k = 1; k < length; ++k) {
    if (i + k >= text.size() || byte_at(text, i + k) < low || byte_at(text, i + k) > high) return {k, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  for (std::size_t i = skip_ascii(text, 0); i < text.size();) {
    const Sequence sequence = sequence_at(text, i);
    if (!sequence.valid) return i;
    i += sequence.length;
    if (i < text.size() && byte_at(text, i) < 0x80) i = skip_ascii(text, i);
  }
  return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  for (std::size_t i = skip_ascii(text, 0); i < text.size(); i = skip_ascii(text, i)) {
    const Sequence sequence = sequence_at(text, i);
    if (!sequence.valid) {
      out.append(text, copied, i - copied).append("\xEF\xBF\xBD");
      copied = i + sequence.length;
    }
    i += sequence.length;
  }
  return out.append(text, copied);
}

std::size_t incomplete_utf8(std::string_view text) noexcept {
  for (std::size_t length = 1; length <= 3 && length <= text.size(); ++length) {
    const std::size_t at = text.size() - length;
    const unsigned lead = byte_at(text, at);
    if (is_utf8_continuation(text[at])) continue;
    const std::size_t whole = lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return length < whole && sequence_at(text, at).length == length ? length : 0;
  }
  return 0;
}

void require_utf8(std::string_view text, std::string_view what) {
  const std::optional<std::size_t> at = find_invalid_utf8(text);
  if (!at) return;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const unsigned byte = byte_at(text, *at);
  fail(ErrorCode::kInvalidArgument, what, " is not valid UTF-8 at byte ", *at, " (found 0x", kHex[byte >> 4],
       kHex[byte & 15], "); convert it to UTF-8 or replace such bytes with U+FFFD (lossy)");
}

}  // namespace sememe
