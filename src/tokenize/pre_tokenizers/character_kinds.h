#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "unicode/unicode.h"

/// What the patterns of byte-level tokenizers tell apart, and runs of it.
namespace sememe::scan {

using Byte = unsigned char;

/// A character is of one kind; sets of kinds are sums.
enum Kind : std::uint8_t {
  kLower = 1 << 0,    ///< Ll
  kUpper = 1 << 1,    ///< Lu, Lt
  kUncased = 1 << 2,  ///< Lm, Lo
  kMark = 1 << 3,     ///< M*
  kNumber = 1 << 4,   ///< N*
  kSpace = 1 << 5,    ///< White_Space but carriage return and line feed
  kNewline = 1 << 6,  ///< carriage return, line feed
  kOther = 1 << 7,
};
inline constexpr unsigned kLetter = kLower | kUpper | kUncased;
inline constexpr unsigned kWhite = kSpace | kNewline;

/// Of a byte below 0x80; 0 above.
inline constexpr std::array<std::uint8_t, 256> kByteKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t c = 0; c < 0x80; ++c) {
    if (c >= 'a' && c <= 'z') {
      kinds[c] = kLower;
    } else if (c >= 'A' && c <= 'Z') {
      kinds[c] = kUpper;
    } else if (c >= '0' && c <= '9') {
      kinds[c] = kNumber;
    } else if (c == '\n' || c == '\r') {
      kinds[c] = kNewline;
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      kinds[c] = kSpace;
    } else {
      kinds[c] = kOther;
    }
  }
  return kinds;
}();

struct Character {
  unsigned kind;
  int length;
};

/// Precondition of all below: p < end, well-formed UTF-8, p where a character starts.
Character look_beyond_ascii(const Byte* p) noexcept;

inline Character look(const Byte* p) noexcept {
  const unsigned kind = kByteKinds[*p];
  return kind != 0 ? Character{kind, 1} : look_beyond_ascii(p);
}

/// The end of the longest run of the given kinds from p on, which may be empty.
inline const Byte* run(const Byte* p, const Byte* end, unsigned kinds) noexcept {
  while (p < end) {
    const unsigned kind = kByteKinds[*p];
    if ((kind & kinds) != 0) {
      ++p;
    } else {
      if (kind != 0) break;
      const Character c = look_beyond_ascii(p);
      if ((c.kind & kinds) == 0) break;
      p += c.length;
    }
  }
  return p;
}

/// Past ASCII letters (small ones alone, unless `any_case`) from p on, eight bytes at a time: maybe not past the last.
template <bool any_case>
const Byte* skip_ascii_letters(const Byte* p, const Byte* end) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    while (end - p >= 8) {
      std::uint64_t bytes;
      std::memcpy(&bytes, p, 8);
      // Per byte below 0x80, the high bit: set by the first sum from 'a' on, by the second beyond 'z'.
      const std::uint64_t small = (any_case ? bytes | 0x20 * kEach : bytes) & 0x7F * kEach;
      const std::uint64_t letters =
          (small + (0x80 - 'a') * kEach) & ~(small + (0x7F - 'z') * kEach) & ~bytes & 0x80 * kEach;
      if (letters != 0x80 * kEach) return p + std::countr_zero(letters ^ 0x80 * kEach) / 8;
      p += 8;
    }
  }
  return p;
}

/// run() for letters.
inline const Byte* letter_run(const Byte* p, const Byte* end) noexcept {
  return run(skip_ascii_letters<true>(p, end), end, kLetter);
}

}  // namespace sememe::scan
