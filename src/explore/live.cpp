#include "explore/live.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "io/json_writer.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr std::int64_t kPlacedBetween = 5, kBlock = 1024;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Distance of a neighbour from the score that people see.
double distance_of(float score, MapMetric metric) {
  return metric == MapMetric::kCosine ? std::max(0.0, 1 - static_cast<double>(score)) : static_cast<double>(score);
}

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

LiveScene::LiveScene(const Scene& scene, Matrix vectors, Embed embed, int threads)
    : scene_(scene), vectors_(std::move(vectors)), embed_(std::move(embed)), pool_(ThreadPool::size_for(threads)) {
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

std::vector<LiveScene::Near> LiveScene::nearest(std::span<const float> vector, std::int64_t k,
                                                std::span<const std::string> left_out) const {
  const bool cosine = scene_.metric == MapMetric::kCosine;
  std::vector<float> query(vector.begin(), vector.end());
  if (cosine) unit_row(vector, query.data());
  std::vector<Near> all(scene_.points);
  for_each_block(pool_, scene_.points, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const double distance = exact_distance(query, vectors_.row(i), scene_.metric);
      all[i] = {i, static_cast<float>(cosine ? 1 - distance : distance)};
    }
  });
  if (!left_out.empty() && !scene_.texts.empty())
    std::erase_if(all, [&](const Near& near) {
      return std::find(left_out.begin(), left_out.end(), scene_.texts[near.point]) != left_out.end();
    });
  k = std::min<std::int64_t>(k, std::ssize(all));
  std::partial_sort(all.begin(), all.begin() + k, all.end(), [&](const Near& a, const Near& b) {
    if (a.score != b.score) return cosine ? a.score > b.score : a.score < b.score;
    return a.point < b.point;
  });
  all.resize(k);
  return all;
}

void LiveScene::places(JsonWriter& json, std::span<const float> vector) const {
  const std::vector<Near> near = nearest(vector, kPlacedBetween, {});
  json.key("places").begin_array();
  for (const SceneLayout& layout : scene_.layouts) {
    double sum[2] = {0, 0}, weights = 0;
    for (const Near& one : near) {
      const double distance = distance_of(one.score, scene_.metric), weight = 1 / (distance * distance + 1e-10);
      for (int c = 0; c < 2; ++c) sum[c] += weight * static_cast<double>(layout.points.row(one.point)[c]);
      weights += weight;
    }
    const float place[2] = {static_cast<float>(sum[0] / weights), static_cast<float>(sum[1] / weights)};
    json.numbers(place);
  }
  json.end_array();
}

void LiveScene::neighbors(JsonWriter& json, std::span<const float> vector,
                          std::span<const std::string> left_out) const {
  json.key("neighbors").begin_array();
  for (const Near& near : nearest(vector, shown(), left_out))
    json.begin_array().value(near.point).value(near.score).end_array();
  json.end_array();
}

std::string LiveScene::place(std::string_view text) const {
  const std::vector<float> vector = vector_of(text);
  JsonWriter json;
  json.begin_object().member("text", text).key("terms").begin_array().end_array();
  places(json, vector);
  neighbors(json, vector, {});
  json.end_object();
  return json.take();
}

std::string LiveScene::neighbors_of(std::int64_t point) const {
  if (point < 0 || point >= scene_.points)
    fail(ErrorCode::kInvalidArgument, "explore: expected a point below ", scene_.points, ", found ", point);
  std::vector<Near> found = nearest(vectors_.row(point), shown() + 1, {});
  std::erase_if(found, [point](const Near& near) { return near.point == point; });
  found.resize(std::min<std::int64_t>(std::ssize(found), shown()));
  JsonWriter json;
  json.begin_object().key("neighbors").begin_array();
  for (const Near& near : found) json.begin_array().value(near.point).value(near.score).end_array();
  json.end_array().end_object();
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
    places(json, vector);
    json.end_object();
    words.push_back(word);
  }
  json.end_array();
  places(json, total);
  neighbors(json, total, words);
  json.end_object();
  return json.take();
}

}  // namespace sememe
