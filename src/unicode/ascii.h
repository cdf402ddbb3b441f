#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

/// ASCII in bulk, eight bytes at a time: most text is, and most of what is done to characters leaves it alone.
namespace sememe {

namespace detail {

inline constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;

inline std::uint64_t load_word(const char* bytes) noexcept {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Skips whole words without a high bit in flags(word), then bytes.
template <class Flags>
std::size_t run_end(std::string_view text, std::size_t at, Flags flags) noexcept {
  while (at + 8 <= text.size() && (flags(load_word(text.data() + at)) & kHighs) == 0) at += 8;
  while (at < text.size() && (flags(static_cast<unsigned char>(text[at]) | 0x2020202020202000) & kHighs) == 0) ++at;
  return at;
}

}  // namespace detail

/// End of the run of ASCII that begins at `at`; `at` if there is none.
inline std::size_t ascii_end(std::string_view text, std::size_t at) noexcept {
  return detail::run_end(text, at, [](std::uint64_t word) { return word; });
}

/// The same for U+0020..U+007E.
inline std::size_t printable_ascii_end(std::string_view text, std::size_t at) noexcept {
  return detail::run_end(text, at, [](std::uint64_t word) {
    // For bytes below 0x80: adding 1 overflows for 0x7F; subtracting 0x20 from one with its high bit set clears it for
    // those below 0x20.
    return word | (word + detail::kOnes) | ~((word | detail::kHighs) - 0x20 * detail::kOnes);
  });
}

inline bool is_upper_ascii(char c) noexcept { return c >= 'A' && c <= 'Z'; }

/// Whether there is one of A..Z in `text`, which may have other characters as well.
inline bool has_upper_ascii(std::string_view text) noexcept {
  bool any = false;
  for (const char c : text) any |= is_upper_ascii(c);
  return any;
}

/// Makes a..z of A..Z.
inline void lower_ascii(std::span<char> text) noexcept {
  for (char& c : text) c = static_cast<char>(c + (is_upper_ascii(c) ? 'a' - 'A' : 0));
}

}  // namespace sememe
