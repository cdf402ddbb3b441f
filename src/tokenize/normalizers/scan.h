#pragma once

#include <cstddef>
#include <string_view>

#include "tokenize/normalized_string.h"

/// What normalizers share to get over text that they leave alone.
namespace sememe {

/// Begin of the next character beyond ASCII that has one of the unicode::Flag, or text.size().
std::size_t find_flagged(std::string_view text, std::size_t from, int flags) noexcept;

/// The same, but control characters of ASCII count if they have one.
std::size_t find_flagged_or_control(std::string_view text, std::size_t from, int flags) noexcept;

/// Copies what is before `end` with A..Z made a..z.
void keep_in_lower_case(Rewriter& out, std::string_view text, std::size_t end);

/// Puts the lower case of c in the place of the next code point.
void replace_by_lower(Rewriter& out, char32_t c);

/// Makes everything lower case.
void lower_case(NormalizedString& text);

}  // namespace sememe
