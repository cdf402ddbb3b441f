#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/fail.h"
#include "base/rng.h"
#include "explore/categories.h"
#include "explore/clusters.h"
#include "explore/live.h"
#include "explore/map_neighbors.h"
#include "explore/page.h"
#include "explore/page_template.h"
#include "explore/scene.h"
#include "io/base64.h"
#include "io/json.h"

namespace sememe {
namespace {

Matrix random_points(std::int64_t n, std::int64_t d, std::uint64_t seed = 1) {
  Matrix out(n, d);
  for (std::int64_t i = 0; i < n * d; ++i) out.data()[i] = CounterRng(seed, 1).normal(i);
  return out;
}

/// n points around `groups` far corners, point i at corner i % groups.
Matrix grouped_points(std::int64_t n, std::int64_t groups, std::int64_t d = 8) {
  Matrix out = random_points(n, d);
  for (std::int64_t i = 0; i < n; ++i) out.row(i)[i % groups] += 20;
  return out;
}

std::vector<std::int32_t> brute_force(const Matrix& map, std::int64_t i, std::int64_t k) {
  std::vector<std::pair<double, std::int32_t>> all;
  for (std::int64_t j = 0; j < map.rows(); ++j) {
    const double dx = static_cast<double>(map.row(i)[0]) - map.row(j)[0];
    const double dy = static_cast<double>(map.row(i)[1]) - map.row(j)[1];
    if (j != i) all.emplace_back(dx * dx + dy * dy, static_cast<std::int32_t>(j));
  }
  std::sort(all.begin(), all.end());
  std::vector<std::int32_t> out;
  for (std::int64_t j = 0; j < k; ++j) out.push_back(all[j].second);
  return out;
}

TEST(MapNeighbors, AreThoseOfAllDistancesOnCloudsLinesAndDuplicates) {
  ThreadPool pool(2);
  for (const int shape : {0, 1, 2, 3}) {
    Matrix map = random_points(700, 2, 9);
    for (std::int64_t i = 0; i < map.rows(); ++i) {
      if (shape == 1) map.row(i)[1] = 0;                                          // a line
      if (shape == 2) map.row(i)[0] = map.row(i)[1] = static_cast<float>(i % 5);  // heaps of equal points
      if (shape == 3 && i > 0) map.row(i)[0] *= 1e-4F;                            // one far point
    }
    const std::vector<std::int32_t> found = map_neighbors(map.view(), 10, pool);
    for (std::int64_t i = 0; i < map.rows(); ++i)
      ASSERT_EQ(std::vector<std::int32_t>(found.begin() + i * 10, found.begin() + (i + 1) * 10),
                brute_force(map, i, 10))
          << "shape " << shape << ", point " << i;
  }
}

TEST(MapNeighbors, KeptOnesAreCounted) {
  ThreadPool pool(1);
  Matrix map(4, 2);
  for (std::int64_t i = 0; i < 4; ++i) map.row(i)[0] = static_cast<float>(i * i);  // 0 1 4 9
  const std::vector<std::int32_t> truth = {3, 2, 0, 2, 1, 0, 0, 1};
  EXPECT_EQ(kept_neighbors(map.view(), truth, 2, 2, pool), (std::vector<std::uint8_t>{1, 2, 2, 1}));
  EXPECT_EQ(kept_neighbors(map.view(), truth, 2, 1, pool), (std::vector<std::uint8_t>{0, 1, 1, 0}));
  EXPECT_EQ(kept_neighbors(map.view(), {}, 0, 0, pool), (std::vector<std::uint8_t>{0, 0, 0, 0}));
}

TEST(Clusters, AreTheGroupsThatPointsFormAndTheSameForAnyPool) {
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
    const Matrix points = grouped_points(401, 4);
    ThreadPool one(1), three(3);
    const Clusters clusters = make_clusters(points.view(), 4, metric, 1, one);
    EXPECT_EQ(clusters.of_point, make_clusters(points.view(), 4, metric, 1, three).of_point);
    ASSERT_EQ(clusters.count, 4);
    std::set<std::int32_t> seen;
    for (std::int64_t i = 0; i < 401; ++i) {
      EXPECT_EQ(clusters.of_point[i], clusters.of_point[i % 4]) << i;
      seen.insert(clusters.of_point[i]);
    }
    EXPECT_EQ(seen.size(), 4u);
    EXPECT_EQ(clusters.of_point[0], 0) << "the largest is the first";
  }
}

TEST(Clusters, OfEqualPointsAreOneAndOfFewAreFew) {
  ThreadPool pool(1);
  const Clusters same = make_clusters(Matrix(9, 3).view(), 4, MapMetric::kCosine, 1, pool);
  EXPECT_EQ(same.count, 1);
  EXPECT_EQ(std::count(same.of_point.begin(), same.of_point.end(), 0), 9);
  EXPECT_EQ(make_clusters(random_points(2, 3).view(), 8, MapMetric::kEuclidean, 1, pool).count, 2);
  EXPECT_EQ(make_clusters(Matrix(0, 3).view(), 8, MapMetric::kEuclidean, 1, pool).count, 0);
}

TEST(Categories, TheFrequentComeFirstThenNamesWithTheirNumbersByValue) {
  const std::vector<std::string> values = {"b 10", "b 2", "b 02x", "b", "z", "z", "a", "", "b 2", "b 2", "b 9", "B"};
  const Categories found = categorise(values);
  EXPECT_EQ(found.names, (std::vector<std::string>{"b 2", "z", "", "B", "a", "b", "b 02x", "b 9", "b 10"}));
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(found.names[found.codes[i]], values[i]);
  EXPECT_TRUE(categorise({}).names.empty());
}

TEST(ClusterNames, AreFrequentHereAndRareElsewhere) {
  const Clusters clusters{.of_point = {0, 0, 0, 1, 1, 1}, .count = 2};
  const std::vector<std::string> texts = {
      "the red Apple", "an apple of the tree", "the apple and the pear", "the engine of a car",
      "the car",       "a Car and the road"};
  const std::vector<std::string> names = name_clusters(clusters, texts);
  ASSERT_EQ(names.size(), 2u);
  EXPECT_TRUE(names[0].starts_with("apple, ")) << names[0];
  EXPECT_TRUE(names[1].starts_with("car, ")) << names[1];
  for (const std::string& name : names) EXPECT_EQ((", " + name + ",").find(", the,"), std::string::npos) << name;
  EXPECT_EQ(name_clusters(clusters, {}), (std::vector<std::string>{"", ""}));
  EXPECT_TRUE(name_clusters({}, texts).empty());
  const std::vector<std::string> wordless = {"", "1 2 3", "?!", "a b", "\xE2\x82\xAC", "-"};
  EXPECT_EQ(name_clusters(clusters, wordless), (std::vector<std::string>{"", ""}));
}

SceneOptions both_methods(int threads = 1) {
  SceneOptions options;
  options.methods = {MapMethod::kTsne, MapMethod::kPca};
  options.map.iterations = 50;
  options.map.threads = threads;
  return options;
}

std::string page_of(const Scene& scene) {
  std::string page;
  write_page(scene, [&](std::string_view bytes) { page.append(bytes); });
  return page;
}

/// The bytes of a block, or nothing if the page has no such one.
std::optional<std::string> block_of(const std::string& page, const std::string& name) {
  const std::string head = "<script type=\"application/octet-stream\" data-block=\"" + name + "\">";
  const std::size_t at = page.find(head);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + head.size();
  return decode_base64(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(Page, IsTheSameForAnyNumberOfThreadsAndHoldsTheScene) {
  const Matrix points = grouped_points(60, 3);
  std::string first;
  for (const int threads : {1, 2}) {
    Scene scene;
    scene.title = "points";
    scene.columns = {{"kind", {}}, {"size", {}}};
    for (int i = 0; i < 60; ++i) {
      scene.texts.push_back("text " + std::to_string(i));
      scene.columns[0].values.push_back(i % 3 == 0 ? "a" : "b");
      scene.columns[1].values.push_back(i == 5 ? "" : std::to_string(i) + ".5");
    }
    fill_scene(scene, points.view(), both_methods(threads));
    const std::string page = page_of(scene);
    if (first.empty()) first = page;
    EXPECT_TRUE(page == first) << "threads change the page";
    const auto meta = block_of(page, "meta");
    ASSERT_TRUE(meta);
    const JsonDocument document = JsonDocument::parse(*meta, "meta");
    const Json root = document.root();
    EXPECT_EQ(root.at("points").as_int(), 60);
    EXPECT_EQ(root.at("layouts").elements()[1].at("method").as_string(), "pca");
    EXPECT_EQ(root.at("columns").elements()[0].at("type").as_string(), "category");
    EXPECT_EQ(root.at("columns").elements()[0].at("values").elements()[0].as_string(), "b")
        << "the most frequent first";
    EXPECT_EQ(root.at("columns").elements()[1].at("type").as_string(), "number");
    EXPECT_EQ(block_of(page, "layout-0")->size(), 60u * 2 * 4);
    EXPECT_EQ(block_of(page, "kept-1")->size(), 60u);
    EXPECT_EQ(block_of(page, "neighbors")->size(), 60u * 10 * 4);
    EXPECT_EQ(block_of(page, "scores")->size(), 60u * 10 * 4);
    EXPECT_EQ(block_of(page, "clusters")->size(), 60u * 4);
    EXPECT_EQ(block_of(page, "column-1")->size(), 60u * 4);
    const JsonDocument texts = JsonDocument::parse(*block_of(page, "texts"), "texts");
    EXPECT_EQ(texts.root().elements()[59].as_string(), "text 59");
  }
}

TEST(Page, HoldsNoTextOfTheDataOutsideOfBase64) {
  Scene scene;
  scene.title = "</script><script>alert(1)</script>";
  scene.texts = {"<!-- \xE2\x80\xA8 </script>", "\"'", "]]>"};
  scene.columns = {{"<b>", {"</SCRIPT>", "<!--<script>", ""}}};
  const Matrix points = random_points(3, 4);
  fill_scene(scene, points.view(), both_methods());
  const std::string page = page_of(scene);
  const std::string_view plain = page_template();
  const std::size_t at = plain.find("<!--sememe:data-->");
  ASSERT_NE(at, std::string::npos);
  std::string left = page;
  ASSERT_TRUE(left.starts_with(plain.substr(0, at)));
  left.erase(0, at);
  const std::string_view after = plain.substr(at + 18);
  ASSERT_TRUE(left.ends_with(after));
  left.resize(left.size() - after.size());
  for (const std::string& line : {std::string("alert"), std::string("<!--"), std::string("<b>"), std::string("]]>")})
    EXPECT_EQ(left.find(line), std::string::npos) << line;
  const JsonDocument texts = JsonDocument::parse(*block_of(page, "texts"), "texts");
  EXPECT_EQ(texts.root().elements()[0].as_string(), scene.texts[0]);
}

TEST(Scene, NeighborsAreTrueOnesWithTheirCosines) {
  const Matrix points = grouped_points(50, 2);
  Scene scene;
  fill_scene(scene, points.view(), both_methods());
  ASSERT_EQ(scene.neighbors, 10);
  for (std::int64_t i = 0; i < 50; ++i)
    for (std::int64_t j = 0; j < 10; ++j) {
      const auto a = points.row(i), b = points.row(scene.neighbor_of[i * 10 + j]);
      double ab = 0, aa = 0, bb = 0;
      for (std::size_t c = 0; c < a.size(); ++c) ab += a[c] * b[c], aa += a[c] * a[c], bb += b[c] * b[c];
      EXPECT_LE(std::abs(scene.neighbor_score[i * 10 + j] - ab / std::sqrt(aa * bb)), 1e-5);
      if (j > 0) {
        EXPECT_LE(scene.neighbor_score[i * 10 + j], scene.neighbor_score[i * 10 + j - 1]);
      }
    }
}

TEST(Scene, NeighborsOfManyPointsAreLookedForApproximately) {
  const Matrix points = random_points(2000, 24);
  SceneOptions options = both_methods();
  options.methods = {};
  options.clusters = 0;
  std::vector<std::int64_t> told;  // how far: the exact search goes by tiles, the other by cells
  options.map.progress = [&](const MapProgress& progress) { return told.push_back(progress.done), true; };
  Scene exact, approximate;
  fill_scene(exact, points.view(), options);
  const std::vector<std::int64_t> by_tiles = std::exchange(told, {});
  options.map.exact_neighbors_up_to = 1999;
  fill_scene(approximate, points.view(), options);
  EXPECT_NE(told, by_tiles);
  EXPECT_EQ(exact.neighbor_recall, 1);
  EXPECT_GE(approximate.neighbor_recall, 0.99);
  EXPECT_TRUE(approximate.neighbor_of == exact.neighbor_of);  // so few are all looked at
  EXPECT_NE(page_of(approximate).find("data-block=\"neighbors\""), std::string::npos);
}

TEST(Scene, OneSearchServesThePageAndEveryMap) {
  const Matrix points = grouped_points(120, 3);
  SceneOptions options;
  options.methods = {MapMethod::kTsne, MapMethod::kUmap};
  options.map.iterations = options.map.early_iterations = 20;
  options.map.epochs = 20;
  options.neighbors = 7;
  int searches = 0;
  options.map.progress = [&](const MapProgress& state) {
    if (state.stage == "neighbours" && state.done == 0) ++searches;
    return true;
  };
  Scene scene;
  fill_scene(scene, points.view(), options);
  EXPECT_EQ(searches, 1);
  EXPECT_EQ(scene.neighbors, 7);
  EXPECT_EQ(std::ssize(scene.neighbor_of), 120 * 7);
  for (const SceneLayout& layout : scene.layouts) {
    MapOptions alone = options.map;
    alone.method = layout.method;
    const Map map = make_map(points.view(), alone);
    ASSERT_EQ(layout.points.rows(), 120);
    EXPECT_TRUE(std::equal(map.points.data(), map.points.data() + 240, layout.points.data()))
        << map_method_name(layout.method);
  }
}

TEST(Scene, RefusesOtherNumbersOfTextsAndValues) {
  const Matrix points = random_points(5, 3);
  Scene texts;
  texts.texts = {"one"};
  EXPECT_THROW(fill_scene(texts, points.view(), both_methods()), Error);
  Scene columns;
  columns.columns = {{"label", {"a", "b"}}};
  EXPECT_THROW(fill_scene(columns, points.view(), both_methods()), Error);
}

TEST(ParseSum, TakesSignsBetweenBlanksOnly) {
  using Sum = std::vector<std::pair<std::string, int>>;
  EXPECT_EQ(parse_sum("king - man + woman"), (Sum{{"king", 1}, {"man", -1}, {"woman", 1}}));
  EXPECT_EQ(parse_sum("  - a b  +  mother-in-law "), (Sum{{"a b", -1}, {"mother-in-law", 1}}));
  EXPECT_EQ(parse_sum("word"), (Sum{{"word", 1}}));
  EXPECT_EQ(parse_sum("c++"), (Sum{{"c++", 1}}));
  for (const char* const bad : {"", "  ", "king -", "- + a", "king - - man"})
    EXPECT_THROW(parse_sum(bad), Error) << bad;
}

/// A scene of grouped points with the names p0, p1, ..., that takes the names of its points.
class Live : public testing::Test {
 protected:
  void SetUp() override {
    points_ = grouped_points(40, 2);
    for (int i = 0; i < 40; ++i) scene_.texts.push_back("p" + std::to_string(i));
    fill_scene(scene_, points_.view(), both_methods());
    Matrix copy(40, 8);
    std::copy_n(points_.data(), 320, copy.data());
    live_.emplace(
        scene_, std::move(copy), both_methods().map,
        [this](std::string_view text) -> std::vector<float> {
          if (text == "short") return {1, 2};
          if (text == "new") return between();
          const auto at = std::find(scene_.texts.begin(), scene_.texts.end(), text) - scene_.texts.begin();
          if (at == 40) fail(ErrorCode::kNotFound, "no word ", quote(text));
          return {points_.row(at).begin(), points_.row(at).end()};
        },
        2);
  }
  /// Near points 4 and 6, and equal to none.
  std::vector<float> between() const {
    std::vector<float> out;
    for (std::int64_t c = 0; c < 8; ++c) out.push_back((points_.row(4)[c] + points_.row(6)[c]) / 2);
    return out;
  }
  Matrix points_;
  Scene scene_;
  std::optional<LiveScene> live_;
};

TEST_F(Live, TheTextOfAPointFallsOnItAndHasItsNeighbors) {
  const JsonDocument document = JsonDocument::parse(live_->place("p7"), "answer");
  const Json root = document.root();
  ASSERT_EQ(root.at("places").size(), 2u);
  for (std::size_t layout = 0; layout < 2; ++layout)
    for (std::size_t c = 0; c < 2; ++c)
      EXPECT_NEAR(root.at("places").elements()[layout].elements()[c].as_number(),
                  scene_.layouts[layout].points.row(7)[c], 1e-3);
  const std::vector<Json> found = root.at("neighbors").elements();
  ASSERT_EQ(found.size(), 10u);
  EXPECT_EQ(found[0].elements()[0].as_int(), 7);
  for (std::size_t j = 1; j < 10; ++j) {
    EXPECT_EQ(found[j].elements()[0].as_int(), scene_.neighbor_of[70 + j - 1]);
    EXPECT_NEAR(found[j].elements()[1].as_number(), scene_.neighbor_score[70 + j - 1], 1e-5);
  }
}

TEST_F(Live, ANewTextStandsWhereTheMethodOfEachMapPlacesIt) {
  const JsonDocument document = JsonDocument::parse(live_->place("new"), "answer");
  const std::vector<Json> places = document.root().at("places").elements();
  ASSERT_EQ(places.size(), 2u);
  const std::vector<float> vector = between();
  for (std::size_t layout = 0; layout < 2; ++layout) {
    MapOptions options = both_methods().map;
    options.method = scene_.layouts[layout].method;
    const Matrix expected =
        place_on_map(points_.view(), scene_.layouts[layout].points.view(), {vector.data(), 1, 8}, options);
    for (std::size_t c = 0; c < 2; ++c)
      EXPECT_NEAR(places[layout].elements()[c].as_number(), expected.row(0)[c], 1e-3) << layout;
  }
}

TEST_F(Live, ASumIsThatOfUnitVectorsWithoutItsOwnTerms) {
  const JsonDocument document = JsonDocument::parse(live_->analogy("p1 - p3 + p5"), "answer");
  const Json root = document.root();
  ASSERT_EQ(root.at("terms").size(), 3u);
  EXPECT_EQ(root.at("terms").elements()[1].at("sign").as_int(), -1);
  EXPECT_EQ(root.at("terms").elements()[1].at("places").size(), 2u);
  std::vector<double> sum(8);
  for (const auto& [i, sign] : {std::pair{1, 1}, {3, -1}, {5, 1}}) {
    double length = 0;
    for (const float v : points_.row(i)) length += double(v) * v;
    for (int c = 0; c < 8; ++c) sum[c] += sign * points_.row(i)[c] / std::sqrt(length);
  }
  std::vector<std::pair<double, int>> expected;
  for (int i = 0; i < 40; ++i) {
    double dot = 0, length = 0, own = 0;
    for (int c = 0; c < 8; ++c)
      dot += sum[c] * points_.row(i)[c], length += sum[c] * sum[c], own += points_.row(i)[c] * points_.row(i)[c];
    if (i != 1 && i != 3 && i != 5) expected.emplace_back(-dot / std::sqrt(length * own), i);
  }
  std::sort(expected.begin(), expected.end());
  const std::vector<Json> found = root.at("neighbors").elements();
  for (std::size_t j = 0; j < found.size(); ++j) {
    EXPECT_EQ(found[j].elements()[0].as_int(), expected[j].second);
    EXPECT_NEAR(found[j].elements()[1].as_number(), -expected[j].first, 1e-5);
  }
}

TEST_F(Live, NeighborsOfAPointAreThoseOfTheScene) {
  for (const std::int64_t point : {0, 17, 39}) {
    const JsonDocument document = JsonDocument::parse(live_->neighbors_of(point), "answer");
    const std::vector<Json> found = document.root().at("neighbors").elements();
    ASSERT_EQ(found.size(), 10u);
    for (std::size_t j = 0; j < 10; ++j)
      EXPECT_EQ(found[j].elements()[0].as_int(), scene_.neighbor_of[point * 10 + j]) << point;
  }
  EXPECT_THROW(live_->neighbors_of(-1), Error);
  EXPECT_THROW(live_->neighbors_of(40), Error);
}

TEST_F(Live, UnknownWordsAndOtherLengthsAreErrors) {
  EXPECT_THROW(live_->place("nobody"), Error);
  EXPECT_THROW(live_->place("short"), Error);
  EXPECT_THROW(live_->analogy("p1 - nobody"), Error);
  const Scene empty;
  EXPECT_THROW(LiveScene(
                   empty, Matrix(0, 0), {}, [](std::string_view) { return std::vector<float>(); }, 1)
                   .place("x"),
               Error);
}

}  // namespace
}  // namespace sememe
