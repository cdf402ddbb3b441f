#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sememe::cli {

/// Insertions, deletions, substitutions and swaps of neighbours that make `b` of `a`.
/// Source  optimal string alignment; Damerau 1964, Wagner & Lowrance 1975.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The choice that is probably meant by `word`: the only one that it begins, else the nearest within a third of its
/// length. Empty if nothing is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> choices);

/// "; did you mean '--format'?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> choices);

}  // namespace sememe::cli
