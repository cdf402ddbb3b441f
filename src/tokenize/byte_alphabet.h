#pragma once

#include <array>
#include <cstdint>

namespace sememe {

/// The character that stands for each byte in the vocabularies of byte-level tokenizers: visible Latin-1 characters for
/// themselves, U+0100, U+0101, ... for the other bytes in order.
/// Source  openai/gpt-2, encoder.py, bytes_to_unicode.
inline constexpr std::array<char16_t, 256> kByteAlphabet = [] {
  std::array<char16_t, 256> alphabet{};
  char16_t next = 0x100;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const bool visible = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    alphabet[byte] = visible ? static_cast<char16_t>(byte) : next++;
  }
  return alphabet;
}();

}  // namespace sememe
