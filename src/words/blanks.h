#pragma once

#include <string_view>

namespace sememe {

/// What parts words in files: C's isspace() in the C locale.
inline constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace sememe
