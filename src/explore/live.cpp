#include "explore/live.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.h"
#include "io/json_writer.h"
#include "kernels/kernels.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr std::int64_t kBlock = 1024;
constexpr std::int64_t kSpare = 16;       // points beyond those wanted, for what rounding may swap
constexpr double kEqualDistance = 1e-12;  // of vectors that differ by the rounding of their lengths

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::vector<std::pair<std::string, int>> parse_sum(std::string_view sum) {
  std::vector<std::pair<std::string, int>> out;
  std::string term;
  int sign = 1;
  bool signed_term = false;
  const auto end = [&](bool required) {
    while (!term.empty() && is_blank(term.back())) term.pop_back();
    if (term.empty() && required)
      fail(ErrorCode::kInvalidArgument, "analogy: ", quote(sum), ": a sign has no word; write king - man + woman");
    if (!term.empty()) out.emplace_back(std::move(term), sign);
    term.clear();
  };
  for (std::size_t at = 0; at < sum.size(); ++at) {
    const bool alone = (at == 0 || is_blank(sum[at - 1])) && (at + 1 == sum.size() || is_blank(sum[at + 1]));
    if ((sum[at] == '+' || sum[at] == '-') && alone) {
      end(signed_term);
      sign = sum[at] == '+' ? 1 : -1;
      signed_term = true;
    } else if (!term.empty() || !is_blank(sum[at])) {
      term.push_back(sum[at]);
    }
  }
  end(signed_term || out.empty());
  return out;
}

LiveScene::LiveScene(const Scene& scene, Matrix vectors, const MapOptions& map, Embed embed, int threads)
    : scene_(scene), vectors_(std::move(vectors)), embed_(std::move(embed)), pool_(ThreadPool::size_for(threads)) {
  if (scene.points == 0) return;
  MapOptions options = map;
  for (const SceneLayout& layout : scene.layouts) {
    options.method = layout.method;
    placers_.emplace_back(vectors_.view(), layout.points.view(), options, pool_);
  }
  if (scene.metric != MapMetric::kCosine) return;
  for_each_block(pool_, vectors_.rows(), kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) unit_row(vectors_.row(i), vectors_.row(i).data());
  });
}

std::vector<float> LiveScene::vector_of(std::string_view text) const {
  if (scene_.points == 0) fail(ErrorCode::kInvalidArgument, "explore: there are no points to place a text among");
  std::vector<float> out = embed_(text);
  if (std::ssize(out) != scene_.dimensions)
    fail(ErrorCode::kInvalidArgument, "explore: the points have ", scene_.dimensions, " dimensions, and ", quote(text),
         " got ", out.size(), "; is it the same model?");
  if (!std::all_of(out.begin(), out.end(), [](float v) { return std::isfinite(v); }))
    fail(ErrorCode::kInvalidArgument, "explore: the vector of ", quote(text), " is not finite");
  return out;
}

LiveScene::Scores LiveScene::scores(std::span<const float> vector) const {
  const bool cosine = scene_.metric == MapMetric::kCosine;
  Scores out{.query = {vector.begin(), vector.end()}, .of = std::vector<float>(scene_.points)};
  if (cosine) unit_row(vector, out.query.data());
  const float* const query = out.query.data();
  for_each_block(pool_, scene_.points, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const row = vectors_.row(i).data();
      out.of[i] = cosine ? kernels().dot(query, row, scene_.dimensions)
                         : -kernels().squared_distance(query, row, scene_.dimensions);
    }
  });
  return out;
}

std::vector<LiveScene::Near> LiveScene::nearest(const Scores& scores, std::int64_t k,
                                                std::span<const std::string> left_out) const {
  std::vector<std::int64_t> order(scene_.points);
  std::iota(order.begin(), order.end(), 0);
  if (!left_out.empty() && !scene_.texts.empty())
    std::erase_if(order, [&](std::int64_t point) {
      return std::find(left_out.begin(), left_out.end(), scene_.texts[point]) != left_out.end();
    });
  const std::int64_t some = std::min<std::int64_t>(k + kSpare, std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + some, order.end(), [&](std::int64_t a, std::int64_t b) {
    return scores.of[a] != scores.of[b] ? scores.of[a] > scores.of[b] : a < b;
  });
  std::vector<Near> out;
  for (std::int64_t i = 0; i < some; ++i)
    out.push_back({order[i], exact_distance(scores.query, vectors_.row(order[i]), scene_.metric)});
  std::sort(out.begin(), out.end(), [](const Near& a, const Near& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.point < b.point;
  });
  out.resize(std::min(k, some));
  return out;
}

void LiveScene::places(JsonWriter& json, std::span<const float> vector, const Scores& scores) const {
  std::int64_t most = 1;
  for (const MapPlacer& placer : placers_) most = std::max(most, placer.neighbors());
  const std::vector<Near> near = nearest(scores, most, {});
  json.key("places").begin_array();
  for (std::size_t l = 0; l < placers_.size(); ++l) {
    if (near[0].distance <= kEqualDistance) {
      json.numbers(scene_.layouts[l].points.row(near[0].point));
      continue;
    }
    KnnGraph graph{.n = 1, .k = placers_[l].neighbors()};
    for (std::int64_t j = 0; j < graph.k; ++j) {
      graph.indices.push_back(static_cast<std::int32_t>(near[j].point));
      graph.distances.push_back(near[j].distance);
    }
    const MatView<const float> added(vector.data(), 1, scene_.dimensions);
    json.numbers(placers_[l].place(added, graph, pool_).row(0));
  }
  json.end_array();
}

void LiveScene::neighbors(JsonWriter& json, std::span<const Near> found) const {
  const bool cosine = scene_.metric == MapMetric::kCosine;
  json.key("neighbors").begin_array();
  for (const Near& near : found)
    json.begin_array()
        .value(near.point)
        .value(static_cast<float>(cosine ? 1 - near.distance : near.distance))
        .end_array();
  json.end_array();
}

std::string LiveScene::place(std::string_view text) const {
  const std::vector<float> vector = vector_of(text);
  const Scores near = scores(vector);
  JsonWriter json;
  json.begin_object().member("text", text).key("terms").begin_array().end_array();
  places(json, vector, near);
  neighbors(json, nearest(near, shown(), {}));
  json.end_object();
  return json.take();
}

std::string LiveScene::neighbors_of(std::int64_t point) const {
  if (point < 0 || point >= scene_.points)
    fail(ErrorCode::kInvalidArgument, "explore: expected a point below ", scene_.points, ", found ", point);
  std::vector<Near> found = nearest(scores(vectors_.row(point)), shown() + 1, {});
  std::erase_if(found, [point](const Near& near) { return near.point == point; });
  found.resize(std::min<std::int64_t>(std::ssize(found), shown()));
  JsonWriter json;
  json.begin_object();
  neighbors(json, found);
  json.end_object();
  return json.take();
}

std::string LiveScene::analogy(std::string_view sum) const {
  std::vector<float> total(scene_.dimensions);
  std::vector<std::string> words;
  JsonWriter json;
  json.begin_object().member("text", sum).key("terms").begin_array();
  for (const auto& [word, sign] : parse_sum(sum)) {
    std::vector<float> vector = vector_of(word), unit(vector.size());
    unit_row(vector, unit.data());
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += static_cast<float>(sign) * unit[i];
    json.begin_object().member("text", word).member("sign", sign);
    places(json, vector, scores(vector));
    json.end_object();
    words.push_back(word);
  }
  json.end_array();
  const Scores near = scores(total);
  places(json, total, near);
  neighbors(json, nearest(near, shown(), words));
  json.end_object();
  return json.take();
}

}  // namespace sememe
