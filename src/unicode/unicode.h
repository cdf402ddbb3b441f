#pragma once

#include <cstdint>

/// Character properties as the reference tokenizer has them; docs at each table's source, tools/unicode.
namespace sememe::unicode {

/// Bits of Properties::flags. Some follow older versions of Unicode because the reference does.
enum Flag : std::uint16_t {
  kWhitespace = 1 << 0,      ///< White_Space
  kOther = 1 << 1,           ///< Cc, Cf and Co of Unicode 8.0 and U+FFFD, but not tab, line feed, carriage return
  kPunctuation = 1 << 2,     ///< P* of Unicode 8.0, and all ASCII that is neither letter, digit, space nor control
  kNonspacingMark = 1 << 3,  ///< Mn of Unicode 8.0
  kCombining = 1 << 4,       ///< M* of Unicode 9.0
  kNumeric = 1 << 5,         ///< N*
  kWord = 1 << 6,            ///< \w of UTS #18
  kIdeograph = 1 << 7,       ///< what BERT calls a Chinese character
  kDecomposes = 1 << 8,      ///< has a canonical decomposition (Unicode 9.0)
  kLowers = 1 << 9,          ///< lower() changes it
};

struct Properties {
  std::uint16_t flags;
  std::uint8_t combining_class;  ///< Canonical_Combining_Class of Unicode 9.0
};

/// A code point as the few that it becomes.
struct Expansion {
  char32_t values[4];
  int size;
};

/// Precondition of all functions: c <= U+10FFFF.
Properties properties(char32_t c) noexcept;
inline bool has(char32_t c, int flags) noexcept { return (properties(c).flags & flags) != 0; }

/// Full canonical decomposition (NFD of c alone).
Expansion decompose(char32_t c) noexcept;

/// The primary composite of two code points, 0 if there is none.
char32_t compose(char32_t first, char32_t second) noexcept;

/// Full lower case, without context (no final sigma).
Expansion lower(char32_t c) noexcept;

}  // namespace sememe::unicode
