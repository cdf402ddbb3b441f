#include "base/fail.h"

#include <array>
#include <charconv>

namespace sememe {

void detail::append_part(std::string& out, double part) {
  std::array<char, 32> text;
  const auto [end, status] = std::to_chars(text.data(), text.data() + text.size(), part);
  out.append(text.data(), end);
}

std::string quote(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "'";
  const auto continuation = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  for (std::size_t i = 0; i < text.size();) {
    if (out.size() > max_bytes) {
      out.append("...");
      break;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    // A lenient length by lead byte is enough here: only whole sequences are copied.
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xC2 && byte < 0xE0 ? 2
                               : byte >= 0xE0 && byte < 0xF0 ? 3
                               : byte >= 0xF0 && byte < 0xF5 ? 4
                                                             : 0;
    bool whole = length > 0 && byte >= 0x20 && byte != 0x7F;
    for (std::size_t k = 1; k < length; ++k) whole = whole && continuation(i + k);
    if (whole) {
      out.append(text, i, length);
      i += length;
    } else {
      out.append("\\x").push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
      ++i;
    }
  }
  return out.append("'");
}

}  // namespace sememe
