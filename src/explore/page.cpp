#include "explore/page.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/fail.h"
#include "explore/categories.h"
#include "explore/page_template.h"
#include "io/base64.h"
#include "io/json_writer.h"

namespace sememe {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are little-endian");
constexpr std::string_view kPlaceOfData = "<!--sememe:data-->";
constexpr std::string_view kNoConnections = "connect-src 'none'", kOwnConnections = "connect-src 'self'";
constexpr std::size_t kPiece = 3 << 16;  // bytes encoded at a time: a multiple of 3

/// A column as the page has it: a number for each point, or a category.
struct Coded {
  bool is_number = false;
  std::vector<float> numbers;  ///< NaN: none
  Categories categories;       ///< else
};

std::optional<float> number_in(std::string_view text) {
  float value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Numbers if every value that is not empty is one, and there is one.
Coded code(const SceneColumn& column) {
  Coded out;
  bool any = false;
  out.is_number = true;
  for (const std::string& value : column.values) {
    const std::optional<float> number = number_in(value);
    any |= number.has_value();
    out.is_number &= number.has_value() || value.empty();
    out.numbers.push_back(number.value_or(std::numeric_limits<float>::quiet_NaN()));
  }
  if (out.is_number && any) return out;
  out.is_number = false;
  out.categories = categorise(column.values);
  return out;
}

void figures(JsonWriter& json, const SceneLayout& layout) {
  json.begin_object().member("method", map_method_name(layout.method)).key("kl");
  layout.kl_divergence ? json.value(*layout.kl_divergence) : json.null();
  json.member("trustworthiness", layout.quality.trustworthiness)
      .member("continuity", layout.quality.continuity)
      .member("kept", layout.quality.knn_preservation)
      .member("neighbors", layout.quality.neighbors)
      .member("kept_of", layout.kept_of)
      .member("sampled", layout.quality.sampled)
      .end_object();
}

void strings(JsonWriter& json, const std::vector<std::string>& values) {
  json.begin_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
}

std::string_view live_name(PageMode mode) {
  switch (mode) {
    case PageMode::kOffline:
      return "";
    case PageMode::kServedVectors:
      return "vectors";
    case PageMode::kServedTexts:
      return "texts";
    case PageMode::kServedWords:
      break;
  }
  return "words";
}

/// A served page may ask its own server.
std::string with_connections(std::string_view text, PageMode mode) {
  std::string out(text);
  const std::size_t at = out.find(kNoConnections);
  if (mode != PageMode::kOffline && at != std::string::npos) out.replace(at, kNoConnections.size(), kOwnConnections);
  return out;
}

class Page {
 public:
  Page(const Scene& scene, FunctionRef<void(std::string_view)> write, PageMode mode)
      : scene_(scene), write_(write), mode_(mode) {
    for (const SceneColumn& column : scene.columns) columns_.push_back(code(column));
  }

  void write() {
    const std::string_view page = page_template();
    const std::size_t at = page.find(kPlaceOfData);
    write_(with_connections(page.substr(0, at), mode_));
    block("meta", meta());
    if (!scene_.tour.empty()) block("tour", scene_.tour);
    JsonWriter texts;
    strings(texts, scene_.texts);
    block("texts", texts.text());
    for (std::size_t i = 0; i < scene_.layouts.size(); ++i) {
      const SceneLayout& layout = scene_.layouts[i];
      numbers<float>(concat("layout-", i), {layout.points.data(), static_cast<std::size_t>(2 * scene_.points)});
      numbers<std::uint8_t>(concat("kept-", i), layout.kept);
    }
    numbers<std::int32_t>("neighbors", scene_.neighbor_of);
    numbers<float>("scores", scene_.neighbor_score);
    numbers<std::int32_t>("clusters", scene_.clusters.of_point);
    for (std::size_t i = 0; i < columns_.size(); ++i)
      columns_[i].is_number ? numbers<float>(concat("column-", i), columns_[i].numbers)
                            : numbers<std::uint32_t>(concat("column-", i), columns_[i].categories.codes);
    write_(page.substr(at + kPlaceOfData.size()));
  }

 private:
  std::string meta() const {
    JsonWriter json;
    json.begin_object()
        .member("format", 1)
        .member("title", scene_.title)
        .member("model", scene_.model)
        .member("points", scene_.points)
        .member("dimensions", scene_.dimensions)
        .member("metric", map_metric_name(scene_.metric))
        .member("neighbors", scene_.neighbors)
        .member("neighbor_recall", scene_.neighbor_recall)
        .member("live", live_name(mode_))
        .key("layouts")
        .begin_array();
    for (const SceneLayout& layout : scene_.layouts) figures(json, layout);
    json.end_array().key("columns").begin_array();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      json.begin_object()
          .member("name", scene_.columns[i].name)
          .member("type", columns_[i].is_number ? "number" : "category")
          .key("values");
      strings(json, columns_[i].categories.names);
      json.end_object();
    }
    json.end_array().key("clusters");
    strings(json, scene_.cluster_names);
    json.end_object();
    return json.take();
  }

  template <class T>
  void numbers(std::string_view name, std::span<const T> values) {
    block(name, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }

  void block(std::string_view name, std::string_view bytes) {
    write_(concat("<script type=\"application/octet-stream\" data-block=\"", name, "\">"));
    for (std::string text; !bytes.empty(); text.clear()) {
      append_base64(text, bytes.substr(0, kPiece));
      bytes.remove_prefix(std::min(kPiece, bytes.size()));
      write_(text);
    }
    write_("</script>\n");
  }

  const Scene& scene_;
  FunctionRef<void(std::string_view)> write_;
  PageMode mode_;
  std::vector<Coded> columns_;
};

}  // namespace

void write_page(const Scene& scene, FunctionRef<void(std::string_view)> write, PageMode mode) {
  Page(scene, write, mode).write();
}

std::string page_policy(PageMode mode) {
  constexpr std::string_view kBefore = "http-equiv=\"Content-Security-Policy\" content=\"";
  const std::string_view page = page_template();
  const std::size_t begin = page.find(kBefore) + kBefore.size();
  return with_connections(page.substr(begin, page.find('"', begin) - begin), mode);
}

}  // namespace sememe
