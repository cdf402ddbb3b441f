#pragma once

#include <cstddef>
#include <string_view>

namespace sememe {

/// Byte offset of the end of the extended grapheme cluster that begins at `at`, in time linear in its length.
/// Precondition: well-formed UTF-8; at < text.size() and is a cluster's begin.
/// Source  UAX #29 of Unicode 17.0, section 3.1.1, rules GB3 to GB999.
std::size_t grapheme_end(std::string_view text, std::size_t at) noexcept;

}  // namespace sememe
