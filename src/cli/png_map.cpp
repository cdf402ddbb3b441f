#include "cli/png_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "cli/map_picture.h"
#include "cli/stroke_font.h"
#include "io/png.h"
#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe::cli {
namespace {

constexpr double kScale = 2;  // pixels a unit of the canvas
using Color = std::array<double, 3>;
using Spot = std::pair<double, double>;

Color color_of(std::string_view hex) {
  const auto digit = [&](std::size_t at) {
    const char c = hex[at];
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
  };
  return {16.0 * digit(1) + digit(2), 16.0 * digit(3) + digit(4), 16.0 * digit(5) + digit(6)};
}

double distance_to_segment(double x, double y, Spot a, Spot b) {
  const double dx = b.first - a.first, dy = b.second - a.second, squared = dx * dx + dy * dy;
  const double t = squared > 0 ? std::clamp(((x - a.first) * dx + (y - a.second) * dy) / squared, 0.0, 1.0) : 0;
  return std::hypot(x - a.first - t * dx, y - a.second - t * dy);
}

class PngCanvas : public Canvas {
 public:
  explicit PngCanvas(bool dark)
      : paper_(color_of(dark ? "#16181D" : "#FFFFFF")), ink_(color_of(dark ? "#E6E6E6" : "#222222")) {
    for (std::int64_t i = 0; i < kColumns * kRows; ++i)
      for (const double part : paper_) pixels_.push_back(static_cast<float>(part));
  }

  void mark(MarkShape shape, double x, double y, double radius, std::string_view color, const std::string&) override {
    const double cx = x * kScale, cy = y * kScale, r = radius * kScale;
    // Distance from the edge of the shape, negative inside; a thin rim of paper parts points that touch.
    const auto distance = [&](double px, double py) {
      const double dx = std::abs(px - cx), dy = py - cy;
      switch (shape) {
        case MarkShape::kSquare:
          return std::max(dx, std::abs(dy)) - r;
        case MarkShape::kDiamond:
          return (dx + std::abs(dy) - r) * std::sqrt(0.5);
        case MarkShape::kTriangle:
          return std::max(dy - r, (2 * dx - dy - r) / std::sqrt(5.0));
        case MarkShape::kCircle:
          break;
      }
      return std::hypot(dx, dy) - r;
    };
    constexpr double kRim = 0.5 * kScale;
    paint(cx - r, cy - r, cx + r, cy + r, kRim, paper_, [&](double px, double py) { return distance(px, py) - kRim; });
    paint(cx - r, cy - r, cx + r, cy + r, 0, color_of(color), distance);
  }

  void text(double x, double y, double size, std::string_view text, std::size_t most, TextAnchor anchor) override {
    const double unit = size * kScale * 0.107, pen = unit * 0.5;
    std::u32string letters;
    for (std::size_t at = 0; at < text.size() && letters.size() <= most;) {
      const CodePoint c = decode_utf8(text, at);
      at += static_cast<std::size_t>(c.length);
      const char32_t letter = unicode::decompose(c.value).values[0];
      if (letter >= 0x300 && letter < 0x370) continue;  // an accent by itself
      letters.push_back(letters.size() == most ? U'\u2026' : letter < 32 ? U' ' : letter);
    }
    double left = x * kScale + pen - part_before(anchor) * kStrokeAdvance * unit * static_cast<double>(letters.size());
    for (const char32_t letter : letters) {
      glyph(strokes_of(letter), left, y * kScale, unit, pen);
      left += kStrokeAdvance * unit;
    }
  }

  std::string finish() const {
    std::vector<std::uint8_t> rgb;
    for (const float part : pixels_) rgb.push_back(static_cast<std::uint8_t>(std::lround(part)));
    return encode_png(rgb, kColumns, kRows);
  }

 private:
  static constexpr auto kColumns = static_cast<std::int64_t>(kWidth * kScale);
  static constexpr auto kRows = static_cast<std::int64_t>(kHeight * kScale);

  /// Covers pixels of a box, widened by `more`, as far as they lie where distance(x, y) is below 0.
  template <class Distance>
  void paint(double left, double top, double right, double bottom, double more, const Color& color, Distance distance) {
    const auto first = [&](double v, std::int64_t most) {
      return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(v - more - 1)), 0, most);
    };
    const auto end = [&](double v, std::int64_t most) {
      return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(v + more + 1)), 0, most);
    };
    for (std::int64_t y = first(top, kRows); y < end(bottom, kRows); ++y)
      for (std::int64_t x = first(left, kColumns); x < end(right, kColumns); ++x) {
        const double cover =
            std::clamp(0.5 - distance(static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5), 0.0, 1.0);
        if (cover <= 0) continue;
        float* const pixel = pixels_.data() + 3 * (y * kColumns + x);
        for (std::size_t c = 0; c < 3; ++c)
          pixel[c] += static_cast<float>(cover * (color[c] - static_cast<double>(pixel[c])));
      }
  }

  void glyph(std::string_view strokes, double left, double baseline, double unit, double pen) {
    std::vector<std::pair<Spot, Spot>> segments;
    bool fresh = true;
    Spot last;
    for (std::size_t at = 0; at + 1 < strokes.size(); at += 3) {
      const Spot next = {left + (strokes[at] - '0') * unit,
                         baseline - (strokes[at + 1] - '0' - kStrokeBaseline) * unit};
      const bool ends = at + 2 >= strokes.size() || strokes[at + 2] == '|';
      if (!fresh)
        segments.emplace_back(last, next);
      else if (ends)
        segments.emplace_back(next, next);
      fresh = ends;
      last = next;
    }
    if (segments.empty()) return;
    paint(left, baseline - 7 * unit, left + 4 * unit, baseline + 2 * unit, pen, ink_, [&](double x, double y) {
      double nearest = 1e9;
      for (const auto& [a, b] : segments) nearest = std::min(nearest, distance_to_segment(x, y, a, b));
      return nearest - pen;
    });
  }

  Color paper_, ink_;
  std::vector<float> pixels_;
};

}  // namespace

std::string png_map(const MapInput& input, const Matrix& points, const std::string& title, bool dark) {
  PngCanvas canvas(dark);
  draw_map(input, points, title, canvas);
  return canvas.finish();
}

}  // namespace sememe::cli
