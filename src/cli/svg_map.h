#pragma once

#include <string>

#include "cli/map_input.h"
#include "sememe/matrix.h"

namespace sememe::cli {

/// A map (see map_picture.h) as one SVG picture. It follows the reader's light or dark scheme, needs no other file, and
/// holds no script; texts of the input stand in it as text only.
std::string svg_map(const MapInput& input, const Matrix& points, const std::string& title);

}  // namespace sememe::cli
