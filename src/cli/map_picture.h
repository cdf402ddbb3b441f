#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/map_input.h"
#include "sememe/matrix.h"

namespace sememe::cli {

enum class TextAnchor { kBegin, kMiddle, kEnd };

/// How much of a text stands before its place.
inline double part_before(TextAnchor anchor) {
  return anchor == TextAnchor::kBegin ? 0 : anchor == TextAnchor::kEnd ? 1 : 0.5;
}

enum class MarkShape { kCircle, kSquare, kDiamond, kTriangle };

/// What a map is drawn on: 1000 x 760, y down.
class Canvas {
 public:
  static constexpr double kWidth = 1000, kHeight = 760, kFont = 12;

  virtual ~Canvas() = default;
  /// A point; `color` is "#RRGGBB", `tip` is said of it where the medium can.
  virtual void mark(MarkShape shape, double x, double y, double radius, std::string_view color,
                    const std::string& tip) = 0;
  /// Text whose anchor is at x, on the line y, at most `most` characters of it. Texts of the input may hold anything.
  virtual void text(double x, double y, double size, std::string_view text, std::size_t most,
                    TextAnchor anchor = TextAnchor::kBegin) = 0;
};

/// Draws points coloured by label with a legend, and texts beside them where there is room: none covers another, a
/// point or the edge. Colours are those of Okabe & Ito, which people with any colour vision can tell apart, the most
/// frequent labels first, as on the page of `sememe explore`; with more than eight labels, the shape of the points
/// tells the rest. Beyond 32 labels, the less frequent ones are drawn alike, in grey.
void draw_map(const MapInput& input, const Matrix& points, const std::string& title, Canvas& canvas);

}  // namespace sememe::cli
