#pragma once

#include <string>

#include "unicode/code_point_set.h"

namespace sememe {

/// A class "[...]" of PCRE2 that matches exactly the code points of `set`, whatever version of Unicode that PCRE2
/// knows: it names the general categories that lie within the set as PCRE2 has them, and lists the rest. `fold`: with
/// the other cases of what is in it, or, if `negated`, without.
std::string pcre2_class(const CodePointSet& set, bool negated, bool fold);

}  // namespace sememe
