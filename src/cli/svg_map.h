#pragma once

#include <string>

#include "cli/map_input.h"
#include "sememe/matrix.h"

namespace sememe::cli {

/// A map as one SVG picture: points coloured by label with a legend, texts beside them where there is room. It follows
/// the reader's light or dark scheme, needs no other file, and holds no script; texts of the input stand in it as text
/// only.
///
/// Colours are those of Okabe & Ito, which people with any colour vision can tell apart; with more than eight labels,
/// the shape of the points tells the rest. Beyond 32 labels, the less frequent ones are drawn alike, in grey.
std::string svg_map(const MapInput& input, const Matrix& points, const std::string& title);

}  // namespace sememe::cli
