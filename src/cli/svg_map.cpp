#include "cli/svg_map.h"

#include "base/fail.h"
#include "cli/map_picture.h"
#include "cli/numbers.h"
#include "io/utf8.h"

namespace sememe::cli {
namespace {

std::string coordinate(double value) { return fixed(value, 1, 0); }

/// `text` cut to some characters and made fit for XML: markup escaped, what XML does not allow left out.
std::string xml_text(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    if (++characters > most) return out.append("\u2026");
    const std::string_view bytes = text.substr(at, static_cast<std::size_t>(c.length));
    at += static_cast<std::size_t>(c.length);
    if (c.value < 0x20 || c.value == 0x7F || (c.value & 0xFFFE) == 0xFFFE)
      out.push_back(' ');
    else if (c.value == '<')
      out.append("&lt;");
    else if (c.value == '>')
      out.append("&gt;");
    else if (c.value == '&')
      out.append("&amp;");
    else if (c.value == '"')
      out.append("&quot;");
    else
      out.append(bytes);
  }
  return out;
}

class SvgCanvas : public Canvas {
 public:
  explicit SvgCanvas(const std::string& title) {
    out_ =
        concat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", static_cast<int>(kWidth), " ",
               static_cast<int>(kHeight), "\" width=\"", static_cast<int>(kWidth), "\" height=\"",
               static_cast<int>(kHeight), "\" role=\"img\" aria-labelledby=\"title\" font-family=\"sans-serif\" ",
               "font-size=\"", static_cast<int>(kFont), "\">\n<title id=\"title\">", xml_text(title, 200), "</title>\n",
               "<style>.paper{fill:#fff}.ink{fill:#222}.point{stroke:#fff;stroke-width:.5}"
               "@media (prefers-color-scheme:dark){.paper{fill:#16181d}.ink{fill:#e6e6e6}.point{stroke:#16181d}}"
               "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
  }

  void mark(MarkShape shape, double x, double y, double r, std::string_view color, const std::string& tip) override {
    const std::string common = concat("class=\"point\" fill=\"", color, "\"");
    std::string element = "path";
    if (shape == MarkShape::kCircle) {
      element = "circle";
      out_.append(concat("<circle ", common, " cx=\"", coordinate(x), "\" cy=\"", coordinate(y), "\" r=\"",
                         coordinate(r), "\""));
    } else {
      std::string path = concat("M", coordinate(x), " ", coordinate(y - r));
      const auto to = [&](double dx, double dy) {
        path.append(concat("L", coordinate(x + dx), " ", coordinate(y + dy)));
      };
      if (shape == MarkShape::kSquare) {
        path = concat("M", coordinate(x - r), " ", coordinate(y - r));
        to(r, -r), to(r, r), to(-r, r);
      } else if (shape == MarkShape::kDiamond) {
        to(r, 0), to(0, r), to(-r, 0);
      } else {
        to(r, r), to(-r, r);
      }
      out_.append(concat("<path ", common, " d=\"", path, "Z\""));
    }
    if (tip.empty())
      out_.append("/>\n");
    else
      out_.append(concat("><title>", xml_text(tip, 200), "</title></", element, ">\n"));
  }

  void text(double x, double y, double size, std::string_view text, std::size_t most, TextAnchor anchor) override {
    const std::string larger = size == kFont ? "" : concat(" font-size=\"", static_cast<int>(size), "\"");
    const std::string_view anchored = anchor == TextAnchor::kEnd      ? " text-anchor=\"end\""
                                      : anchor == TextAnchor::kMiddle ? " text-anchor=\"middle\""
                                                                      : "";
    out_.append(concat("<text class=\"ink\" x=\"", coordinate(x), "\" y=\"", coordinate(y), "\"", anchored, larger, ">",
                       xml_text(text, most), "</text>\n"));
  }

  std::string finish() { return out_.append("</svg>\n"); }

 private:
  std::string out_;
};

}  // namespace

std::string svg_map(const MapInput& input, const Matrix& points, const std::string& title) {
  SvgCanvas canvas(title);
  draw_map(input, points, title, canvas);
  return canvas.finish();
}

}  // namespace sememe::cli
