#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "unicode/unicode.h"

namespace sememe {

enum class NormalForm { kNfd, kNfc, kNfkd, kNfkc };

/// One code point of a normal form. `change` tells how it relates to the text before: 0, it stands for the next code
/// point; 1, it is an additional one; -n, it stands for the next, and n more after it are gone.
struct NormalizedCharacter {
  char32_t value;
  std::uint8_t combining_class;
  std::int8_t change;
};

/// Writes the code points of the form of `text` to `out`, in order, in linear time.
/// Precondition: well-formed UTF-8.
/// Source  Unicode 15, section 3.11, D108, D109 and D117, and 3.7 for compatibility.
void normal_form(std::string_view text, NormalForm form, std::vector<NormalizedCharacter>& out);

/// Bytes [begin, end) of a text.
struct TextRange {
  std::size_t begin, end;
};

/// unicode::Flag of the characters that a form may change.
constexpr int unsettled_flags(NormalForm form) {
  switch (form) {
    case NormalForm::kNfd:
      return unicode::kDecomposes;
    case NormalForm::kNfc:
      return unicode::kNfcMaybe;
    case NormalForm::kNfkd:
      return unicode::kDecomposesCompatibly;
    case NormalForm::kNfkc:
      return unicode::kNfkcMaybe;
  }
  return 0;
}

/// The first part of `text`, not before `from`, with characters that have one of the flags or marks that are not in
/// order: from the last settled starter (a character of combining class 0 without the flags) to the next. Only such
/// parts have to be put into normal form, each by itself. Precondition: `from` is 0, text.size() or the begin of a
/// settled starter. Source  UAX #15, section 9: quick check, and stable code points.
std::optional<TextRange> next_unsettled(std::string_view text, std::size_t from, int flags) noexcept;

}  // namespace sememe
