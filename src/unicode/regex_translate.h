#pragma once

#include <string>
#include <string_view>

#include "unicode/regex.h"

namespace sememe {

/// The pattern of PCRE2 (with PCRE2_UTF, and newlines being LF) that finds what `pattern` finds in its own engine.
/// Throws kCorrupt where that engine refuses the pattern, kUnsupported, naming the construct, where PCRE2 has no equal.
/// Source  doc/RE and regparse.c of Oniguruma 6.9.10; documentation of Rust's regex and fancy-regex crates.
std::string translate_regex(std::string_view pattern, RegexSyntax syntax);

}  // namespace sememe
