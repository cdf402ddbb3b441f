#pragma once

#include <span>
#include <string_view>

#include "unicode/code_point_set.h"

/// Unicode 16.0 as regular expressions name it, beyond the general categories.
namespace sememe::regex_tables {

struct NamedSet {
  std::string_view name;  ///< as in \p{name}, without case, spaces, '-' and '_'
  std::span<const CodePointRange> ranges;
};
/// Ordered by name. Not all that Unicode has: scripts in wide use, emoji, and what POSIX brackets are made of.
std::span<const NamedSet> named_sets();

/// A code point whose full case folding is several.
struct Folding {
  char32_t from;
  std::u32string_view to;
};
std::span<const Folding> foldings();

}  // namespace sememe::regex_tables
