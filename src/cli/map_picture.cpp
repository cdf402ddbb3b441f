#include "cli/map_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "explore/categories.h"
#include "io/utf8.h"

namespace sememe::cli {
namespace {

constexpr double kWidth = Canvas::kWidth, kHeight = Canvas::kHeight, kFont = Canvas::kFont;
constexpr double kMargin = 40, kTop = 60, kLegendWidth = 200, kLine = 18, kEdge = 10;
constexpr std::size_t kMostTexts = 400;  // more would be a carpet
constexpr std::size_t kMostCharacters = 28;
constexpr std::array<std::string_view, 8> kColors = {"#0072B2", "#E69F00", "#009E73", "#CC79A7",
                                                     "#56B4E9", "#D55E00", "#F0E442", "#888888"};
constexpr std::size_t kShapes = 4, kMostLabels = kColors.size() * kShapes;
constexpr std::string_view kOtherColor = "#B0B0B0";

/// How wide a text is likely to be drawn.
double text_width(std::string_view text) {
  double width = 0;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size() && characters <= kMostCharacters; ++characters) {
    const CodePoint c = decode_utf8(text, at);
    at += static_cast<std::size_t>(c.length);
    width += (c.value >= 0x1100 ? 1.0 : 0.6) * kFont;
  }
  return width;
}

struct Box {
  double left, top, right, bottom;
  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

class Picture {
 public:
  Picture(const MapInput& input, const Matrix& points, Canvas& canvas)
      : input_(input),
        points_(points),
        canvas_(canvas),
        labels_(categorise(input.labels)),
        right_(kWidth - (input.labels.empty() ? 0 : kLegendWidth)) {
    scale();
  }

  void draw(const std::string& title) {
    canvas_.text(kMargin, 32, 16, title, 200);
    draw_points();
    draw_texts();
    draw_legend();
  }

 private:
  void scale() {
    const std::int64_t n = points_.rows();
    double low[2] = {0, 0}, high[2] = {0, 0};
    for (std::int64_t i = 0; i < n; ++i)
      for (int c = 0; c < 2; ++c) {
        const double v = points_.row(i)[static_cast<std::size_t>(c)];
        low[c] = i == 0 ? v : std::min(low[c], v);
        high[c] = i == 0 ? v : std::max(high[c], v);
      }
    const double width = right_ - 2 * kMargin, height = kHeight - kTop - kMargin;
    const double across = high[0] - low[0], up = high[1] - low[1];
    double factor = 1;
    if (across > 0 || up > 0)
      factor = std::min(across > 0 ? width / across : height / up, up > 0 ? height / up : width / across);
    for (std::int64_t i = 0; i < n; ++i) {
      x_.push_back(kMargin + width / 2 + factor * (points_.row(i)[0] - (low[0] + high[0]) / 2));
      y_.push_back(kTop + height / 2 - factor * (points_.row(i)[1] - (low[1] + high[1]) / 2));
    }
    radius_ = std::clamp(60 / std::sqrt(static_cast<double>(n) + 1), 1.5, 5.0);
  }

  std::size_t rank_of(std::size_t point) const { return input_.labels.empty() ? 0 : labels_.codes[point]; }

  void mark(double x, double y, double radius, std::size_t rank, const std::string& tip) {
    const bool other = rank >= kMostLabels;
    canvas_.mark(other ? MarkShape::kCircle : static_cast<MarkShape>(rank / kColors.size()), x, y, radius,
                 other ? kOtherColor : kColors[rank % kColors.size()], tip);
  }

  void draw_points() {
    for (std::size_t i = 0; i < x_.size(); ++i) {
      std::string tip = input_.texts.empty() ? "" : input_.texts[i];
      if (!input_.labels.empty()) tip.append(tip.empty() ? "" : " \u2013 ").append(input_.labels[i]);
      mark(x_[i], y_[i], radius_, rank_of(i), tip);
    }
  }

  /// Each text right, left, above or below its point, where it covers nothing; else not at all (its point has a tip).
  void draw_texts() {
    if (input_.texts.empty() || x_.size() > kMostTexts) return;
    std::vector<Box> taken;
    for (std::size_t i = 0; i < x_.size(); ++i)
      taken.push_back({x_[i] - radius_, y_[i] - radius_, x_[i] + radius_, y_[i] + radius_});
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double width = text_width(input_.texts[i]), gap = radius_ + 3;
      struct Place {
        double x, top;
        TextAnchor anchor;
      };
      const std::array<Place, 4> places = {{{x_[i] + gap, y_[i] - kFont / 2, TextAnchor::kBegin},
                                            {x_[i] - gap, y_[i] - kFont / 2, TextAnchor::kEnd},
                                            {x_[i], y_[i] - gap - kFont, TextAnchor::kMiddle},
                                            {x_[i], y_[i] + gap, TextAnchor::kMiddle}}};
      for (const auto& [x, top, anchor] : places) {
        const double left = x - width * part_before(anchor);
        const Box box{left, top, left + width, top + kFont};
        if (box.left < kEdge || box.right > right_ - kEdge || box.top < kTop - kFont || box.bottom > kHeight) continue;
        if (std::any_of(taken.begin(), taken.end(), [&](const Box& other) { return box.overlaps(other); })) continue;
        taken.push_back(box);
        canvas_.text(x, top + kFont - 2, kFont, input_.texts[i], kMostCharacters, anchor);
        break;
      }
    }
  }

  void draw_legend() {
    const double x = right_;
    double y = kTop + kFont;
    const std::size_t shown = std::min(labels_.names.size(), kMostLabels);
    const auto entry = [&](std::size_t rank, const std::string& text) {
      mark(x, y - 4, 5, rank, "");
      canvas_.text(x + 12, y, kFont, text, 24);
      y += kLine;
    };
    for (std::size_t rank = 0; rank < shown; ++rank) entry(rank, labels_.names[rank]);
    if (shown < labels_.names.size()) entry(kMostLabels, concat("other (", labels_.names.size() - shown, " labels)"));
  }

  const MapInput& input_;
  const Matrix& points_;
  Canvas& canvas_;
  Categories labels_;
  double right_;  ///< where the map ends and the legend begins
  std::vector<double> x_, y_;
  double radius_ = 3;
};

}  // namespace

void draw_map(const MapInput& input, const Matrix& points, const std::string& title, Canvas& canvas) {
  Picture(input, points, canvas).draw(title);
}

}  // namespace sememe::cli
