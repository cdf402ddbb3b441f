#pragma once

#include <string_view>

namespace sememe::cli {

/// How a character is drawn: strokes, each of which is points of two digits, x (0 to 4) and y (0 to 9: baseline 2,
/// small letters up to 6, capitals up to 8), separated by spaces; "|" begins the next stroke. A stroke of one point is
/// a dot.
std::string_view strokes_of(char32_t c);

inline constexpr double kStrokeBaseline = 2, kStrokeAdvance = 5.6;

}  // namespace sememe::cli
