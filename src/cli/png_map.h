#pragma once

#include <string>

#include "cli/map_input.h"
#include "sememe/matrix.h"

namespace sememe::cli {

/// A map (see map_picture.h) as a PNG file of 2000 x 1520 pixels, dark or light. Letters are strokes of our own: ASCII,
/// and Latin letters without their accents; a box stands for any other character.
std::string png_map(const MapInput& input, const Matrix& points, const std::string& title, bool dark);

}  // namespace sememe::cli
