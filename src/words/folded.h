#pragma once

#include <string>
#include <string_view>

namespace sememe {

/// The code points of `word` in lower case; what is not UTF-8 becomes U+FFFD.
std::u32string folded(std::string_view word);
/// The same as UTF-8.
std::string folded_utf8(std::string_view word);

}  // namespace sememe
