#pragma once

#include <optional>
#include <string_view>

#include "unicode/code_point_set.h"
#include "unicode/unicode.h"

/// The sets of code points that patterns name, as Oniguruma 6.9.10 (Unicode 16.0) has them.
namespace sememe::regex_properties {

/// \p{name}; case, spaces, '-' and '_' do not matter. nullopt if the name is unknown here.
std::optional<CodePointSet> find(std::string_view name);

/// [:name:] of a bracket, without the colons; lower case alone.
std::optional<CodePointSet> find_posix(std::string_view name);

const CodePointSet& of_category(unicode::Category category);
CodePointSet of_categories(unicode::CategorySet categories);

CodePointSet white_space();
/// \w in brackets.
CodePointSet word();
/// \w elsewhere: six superscripts and fractions of Latin-1 as well, which the engine keeps in another table.
CodePointSet word_outside_brackets();

}  // namespace sememe::regex_properties
