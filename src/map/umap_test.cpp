#include "map/umap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "base/rng.h"
#include "map/affinities.h"
#include "map/fuzzy_set.h"
#include "map/knn_graph.h"
#include "map/lanes.h"
#include "map/spectral.h"
#include "sememe/error.h"
#include "sememe/map.h"
#include "support/map_points.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using test::clouds;
using test::same_bits;

/// A ring of n points, each joined to the next.
SparseMatrix ring(std::int64_t n) {
  SparseMatrix out{.n = n, .begins = {0}};
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<std::int32_t> row = {static_cast<std::int32_t>((i + 1) % n),
                                     static_cast<std::int32_t>((i + n - 1) % n)};
    std::sort(row.begin(), row.end());
    for (const std::int32_t j : row) out.columns.push_back(j), out.values.push_back(0.5);
    out.begins.push_back(std::ssize(out.columns));
  }
  return out;
}

TEST(FuzzySet, MembershipsOfARowSumToTheLogarithmOfTheNeighbours) {
  ThreadPool pool(2);
  const std::vector<float> x = clouds(200, 5, 3);
  const KnnGraph graph = exact_knn({x.data(), 200, 5}, 14, MapMetric::kEuclidean, pool);
  const std::vector<double> found = memberships(graph, reach_of(graph, 15, true, pool), pool);
  for (std::int64_t i = 0; i < 200; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < 14; ++j) sum += found[i * 14 + j];
    EXPECT_NEAR(sum, std::log2(15.0), 2e-5);
    EXPECT_EQ(found[i * 14], 1);  // the nearest is a full member
  }
}

TEST(FuzzySet, UnionIsSymmetricAndAtMostOne) {
  ThreadPool pool(2);
  const std::vector<float> x = clouds(150, 4, 3);
  const SparseMatrix set = fuzzy_union(exact_knn({x.data(), 150, 4}, 9, MapMetric::kEuclidean, pool), 10, pool);
  std::vector<double> dense(150 * 150);
  for (std::int64_t i = 0; i < 150; ++i)
    for (std::int64_t e = set.begins[i]; e < set.begins[i + 1]; ++e) dense[i * 150 + set.columns[e]] = set.values[e];
  for (std::int64_t i = 0; i < 150; ++i)
    for (std::int64_t j = 0; j < 150; ++j) {
      EXPECT_EQ(dense[i * 150 + j], dense[j * 150 + i]);
      EXPECT_LE(dense[i * 150 + j], 1);
    }
}

TEST(FuzzySet, LabelsWeakenEdgesAsTheirDistanceSays) {
  ThreadPool pool(1);
  SparseMatrix graph = ring(4);
  const std::vector<std::int32_t> labels = {0, 0, 1, -1};
  separate_labels(graph, labels, 5, pool);
  // Edge 0-1 is the strongest of both its ends: 1 + 1 - 1.
  EXPECT_NEAR(graph.values[0], 1, 1e-12);
  // Edge 1-2: e^-5 beside 1 at point 1, and beside e^-1 at point 2.
  const double at_one = std::exp(-5), at_two = std::exp(-4);
  EXPECT_EQ(graph.columns[3], 2);
  EXPECT_NEAR(graph.values[3], at_one + at_two - at_one * at_two, 1e-12);
}

TEST(UmapCurve, IsTheOneThatUmapLearnFits) {
  const UmapCurve usual = fit_umap_curve(1, 0.1), tight = fit_umap_curve(1, 0), wide = fit_umap_curve(2.5, 0.5);
  EXPECT_NEAR(usual.a, 1.57694346, 1e-5);
  EXPECT_NEAR(usual.b, 0.89506088, 1e-5);
  EXPECT_NEAR(tight.a, 1.93280839, 1e-5);
  EXPECT_NEAR(tight.b, 0.79049497, 1e-5);
  EXPECT_GT(usual.a, wide.a);
}

TEST(Spectral, ARingBecomesACircle) {
  ThreadPool pool(2);
  for (const std::int64_t n : {20, 48, 49, 300}) {
    const std::vector<double> y = spectral_layout(ring(n), {}, MapMetric::kEuclidean, 1, pool);
    ASSERT_EQ(std::ssize(y), 2 * n);
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t next = (i + 1) % n;
      EXPECT_NEAR(std::hypot(y[2 * i], y[2 * i + 1]), std::hypot(y[0], y[1]), 2e-2) << n;
      EXPECT_NEAR(std::hypot(y[2 * i] - y[2 * next], y[2 * i + 1] - y[2 * next + 1]),
                  2 * std::sin(std::numbers::pi / static_cast<double>(n)) * std::hypot(y[0], y[1]), 1e-2)
          << n;
    }
  }
}

TEST(Spectral, ComponentsLieApart) {
  ThreadPool pool(1);
  for (const std::int64_t parts : {2, 3, 4, 7}) {
    SparseMatrix graph{.n = 0, .begins = {0}};
    std::vector<float> points;
    for (std::int64_t part = 0; part < parts; ++part) {
      const SparseMatrix one = ring(part == 1 ? 3 : 60);
      for (std::int64_t i = 0; i < one.n; ++i) {
        for (std::int64_t e = one.begins[i]; e < one.begins[i + 1]; ++e) {
          graph.columns.push_back(static_cast<std::int32_t>(graph.n + one.columns[e]));
          graph.values.push_back(one.values[e]);
        }
        graph.begins.push_back(std::ssize(graph.columns));
        points.push_back(static_cast<float>(part % 3));
        points.push_back(static_cast<float>(part / 3));
      }
      graph.n += one.n;
    }
    const Components components = connected_components(graph);
    ASSERT_EQ(components.count, parts);
    const std::vector<double> y = spectral_layout(graph, {points.data(), graph.n, 2}, MapMetric::kEuclidean, 1, pool);
    for (std::int64_t i = 0; i < graph.n; ++i)
      for (std::int64_t j = 0; j < i; ++j)
        if (components.of[i] != components.of[j]) {
          EXPECT_GT(std::hypot(y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]), 1e-5);
        }
  }
}

class Lanes : public testing::TestWithParam<Isa> {};
INSTANTIATE_TEST_SUITE_P(Isas, Lanes, testing::ValuesIn(available_isas().begin(), available_isas().end()),
                         [](const auto& isa) { return std::string(kernels(isa.param).name); });

TEST_P(Lanes, UmapStepIsTheGradientOfItsCurve) {
  const std::vector<float> layout = {0.3F, -0.2F, 4, 5, -60, 2};
  for (const std::int64_t pull_count : {1, 2}) {
    const std::vector<std::int32_t> pulls = {0, 2};
    UmapStep step{.layout = layout.data(),
                  .pulls = pulls.data(),
                  .pull_count = pull_count,
                  .pulls_each = 1,
                  .pushes_each = 0,
                  .others = 3,
                  .a = 1.5F,
                  .b = 0.9F,
                  .rate = 0.25F};
    float point[2] = {1, 1};
    lanes(GetParam()).umap_step(step, point);
    double want[2] = {1, 1};
    for (std::int64_t e = 0; e < pull_count; ++e) {
      const double dx = want[0] - layout[2 * pulls[e]], dy = want[1] - layout[2 * pulls[e] + 1], d = dx * dx + dy * dy;
      const double factor = -2 * 1.5 * 0.9 * std::pow(d, 0.9 - 1) / (1 + 1.5 * std::pow(d, 0.9));
      want[0] += 0.25 * std::clamp(factor * dx, -4.0, 4.0);
      want[1] += 0.25 * std::clamp(factor * dy, -4.0, 4.0);
    }
    EXPECT_NEAR(point[0], want[0], 1e-4);
    EXPECT_NEAR(point[1], want[1], 1e-4);
  }
}

TEST_P(Lanes, UmapStepIsPushedByOthersButNotByItself) {
  const std::vector<float> layout = {1, 1, 1.5F, 1};
  const std::int32_t self = 0;
  // Pulled by nothing but itself, which moves nothing; pushed by point 1 alone, seen from point 0.
  UmapStep step{.layout = layout.data(),
                .pulls = &self,
                .pull_count = 1,
                .pulls_each = 1,
                .pushes_each = 40,
                .others = 2,
                .chance = 7,
                .self = 0,
                .a = 1,
                .b = 1,
                .rate = 0.01F};
  float point[2] = {1, 1};
  lanes(GetParam()).umap_step(step, point);
  const double once = 0.01 * std::min(4.0, 2 * 0.5 / ((0.001 + 0.25) * (1 + 0.25)));
  EXPECT_LT(point[0], 1 - 10 * once);
  EXPECT_GT(point[0], 1 - 30 * once);
  EXPECT_EQ(point[1], 1);
  step.others = 1;  // nobody but itself: as if it were not pushed, wherever it has gone since
  float pushed[2] = {1.25F, 1}, alone[2] = {1.25F, 1};
  lanes(GetParam()).umap_step(step, pushed);
  step.pushes_each = 0;
  lanes(GetParam()).umap_step(step, alone);
  EXPECT_EQ(pushed[0], alone[0]);
  EXPECT_LT(alone[0], 1.25F);
}

TEST_P(Lanes, SumsAndSearchesAreThoseOfPlainLoops) {
  for (const std::int64_t n : {0, 1, 7, 8, 15, 16, 17, 100}) {
    const std::vector<float> y = clouds(n + 1, 2, 3);
    std::vector<std::int32_t> columns, hits(n + 1);
    std::vector<float> p, rows(8 * (n + 1)), dots, bias;
    std::vector<double> xs, ys;
    for (std::int64_t j = 0; j < n; ++j) {
      columns.push_back(static_cast<std::int32_t>((j * 7 + 1) % (n + 1)));
      p.push_back(CounterRng(1, 2).uniform(j));
      dots.push_back(CounterRng(1, 3).uniform(j));
      bias.push_back(CounterRng(1, 4).uniform(j));
      xs.push_back(y[2 * j]), ys.push_back(y[2 * j + 1]);
    }
    for (std::int64_t e = 0; e < std::ssize(rows); ++e) rows[e] = CounterRng(1, 5).normal(e);
    float pull[2], sum[8];
    double push[3], want_pull[2] = {}, want_push[3] = {}, want_sum[8] = {};
    lanes(GetParam()).tsne_attraction(y.data(), n, columns.data(), p.data(), n, pull);
    lanes(GetParam()).tsne_repulsion(xs.data(), ys.data(), n, y[2 * n], y[2 * n + 1], push);
    lanes(GetParam()).gather_rows(rows.data(), columns.data(), p.data(), n, sum);
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t c = 0; c < 8; ++c) want_sum[c] += static_cast<double>(p[j]) * rows[8 * columns[j] + c];
      double dx = y[2 * n] - y[2 * columns[j]], dy = y[2 * n + 1] - y[2 * columns[j] + 1],
             w = 1 / (1 + dx * dx + dy * dy);
      want_pull[0] += p[j] * w * dx, want_pull[1] += p[j] * w * dy;
      dx = y[2 * n] - xs[j], dy = y[2 * n + 1] - ys[j], w = 1 / (1 + dx * dx + dy * dy);
      want_push[0] += w * w * dx, want_push[1] += w * w * dy, want_push[2] += w;
    }
    for (int c = 0; c < 2; ++c) EXPECT_NEAR(pull[c], want_pull[c], 1e-4);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(push[c], want_push[c], 1e-6);  // of float coordinates
    for (int c = 0; c < 8; ++c) EXPECT_NEAR(sum[c], want_sum[c], 1e-4);
    std::vector<std::int32_t> row, column;
    for (std::int64_t j = 0; j < n; ++j) {
      if (dots[j] + bias[j] >= 0.8F) row.push_back(static_cast<std::int32_t>(j));
      if (dots[j] + 0.25F >= bias[j]) column.push_back(static_cast<std::int32_t>(j));
    }
    hits.resize(lanes(GetParam()).find_in_row(dots.data(), bias.data(), 0.8F, n, hits.data()));
    EXPECT_EQ(hits, row);
    hits.resize(n + 1);
    hits.resize(lanes(GetParam()).find_in_columns(dots.data(), 0.25F, bias.data(), n, hits.data()));
    EXPECT_EQ(hits, column);
  }
}

TEST_P(Lanes, ACutLeavesAsManyAsAreWanted) {
  const auto reach = [](const std::vector<float>& scores, float least) {
    return std::count_if(scores.begin(), scores.end(), [&](float score) { return score >= least; });
  };
  for (const std::int64_t n : {2, 8, 15, 52, 241})
    for (const std::int64_t most : {std::int64_t{1}, n / 2, n - 1, n}) {
      std::vector<float> scores(n);
      for (std::int64_t j = 0; j < n; ++j) scores[j] = std::exp(4 * CounterRng(1, 6).normal(j)) - 3;
      EXPECT_EQ(reach(scores, lanes(GetParam()).find_cut(scores.data(), n, most)), most) << n;
    }
  const std::vector<float> equal = {1, 2, 2, 2, 3}, endless = {1, std::numeric_limits<float>::infinity(), 2};
  EXPECT_EQ(reach(equal, lanes(GetParam()).find_cut(equal.data(), 5, 4)), 4);
  EXPECT_TRUE(std::isnan(lanes(GetParam()).find_cut(equal.data(), 5, 3)));
  EXPECT_TRUE(std::isnan(lanes(GetParam()).find_cut(endless.data(), 3, 2)));
}

TEST_P(Lanes, RowsInDoubleAreThoseOfPlainLoops) {
  const LaneTable& table = lanes(GetParam());
  for (const std::int64_t n : {0, 1, 7, 8, 17, 31, 32, 77}) {
    std::vector<double> a(n), b(n), added(n), less(n), less_two(n);
    std::vector<float> row(n), centred(n);
    double product = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      a[j] = CounterRng(1, 7).normal(j), b[j] = CounterRng(1, 8).normal(j);
      row[j] = CounterRng(1, 9).normal(j);
      product += a[j] * b[j];
    }
    EXPECT_NEAR(table.dot(a.data(), b.data(), n), product, 1e-13);
    added = less = less_two = b;
    EXPECT_NEAR(table.dot_and_add(a.data(), b.data(), 3, added.data(), n), product, 1e-13);
    table.subtract(3, a.data(), less.data(), n);
    table.subtract_two(3, a.data(), 2, b.data(), less_two.data(), n);
    table.centre(row.data(), a.data(), centred.data(), n);
    std::vector<double> sums = a;
    table.add_to_sums(row.data(), sums.data(), n);
    for (std::int64_t j = 0; j < n; ++j) {
      EXPECT_NEAR(added[j], b[j] + 3 * a[j], 1e-14);
      EXPECT_NEAR(less[j], b[j] - 3 * a[j], 1e-14);
      EXPECT_NEAR(less_two[j], -b[j] - 3 * a[j], 1e-14);
      EXPECT_EQ(centred[j], static_cast<float>(static_cast<double>(row[j]) - a[j]));
      EXPECT_EQ(sums[j], a[j] + static_cast<double>(row[j]));
    }
  }
}

TEST(MakeMap, UmapKeepsCloudsTogether) {
  const std::int64_t n = test::kSanitized ? 200 : 1500;
  const std::vector<float> x = clouds(n, 20, 5);
  const Map map = make_map({x.data(), n, 20}, {.method = MapMethod::kUmap, .epochs = 200});
  EXPECT_GE(map_quality({x.data(), n, 20}, map.points.view(), {.metric = MapMetric::kCosine}).trustworthiness, 0.85);
  EXPECT_EQ(map.iterations, 200);
  EXPECT_EQ(map.neighbors, 15);
  std::int64_t strangers = 0;
  ThreadPool pool(1);
  const KnnGraph near = exact_knn(map.points.view(), 1, MapMetric::kEuclidean, pool);
  for (std::int64_t i = 0; i < n; ++i) strangers += near.neighbors(i)[0] % 5 != i % 5;
  EXPECT_EQ(strangers, 0);
}

TEST(MakeMap, LabelsKeepCategoriesApart) {
  const std::int64_t n = 300;
  const std::vector<float> x = clouds(n, 6, 1);  // one cloud, labels say nothing about it
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(i % 2));
  ThreadPool pool(1);
  const auto same_label = [&](const MapOptions& options) {
    const Map map = make_map({x.data(), n, 6}, options);
    const KnnGraph near = exact_knn(map.points.view(), 5, MapMetric::kEuclidean, pool);
    std::int64_t same = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (const std::int32_t j : near.neighbors(i)) same += labels[i] == labels[j];
    return static_cast<double>(same) / static_cast<double>(5 * n);
  };
  EXPECT_LT(same_label({.method = MapMethod::kUmap, .epochs = 100}), 0.65);
  EXPECT_GT(same_label({.method = MapMethod::kUmap, .epochs = 100, .labels = labels, .label_weight = 0.9}), 0.85);
}

TEST(MakeMap, StoppedAndResumedIsAsNeverStopped) {
  for (const std::int64_t n : {120, 2100}) {
    if (test::kSanitized && n > 120) continue;
    const std::vector<float> x = clouds(n, 8, 3);
    for (const MapMethod method : {MapMethod::kTsne, MapMethod::kUmap})
      for (const std::int64_t stop : {10, 30}) {
        MapOptions options{.method = method, .early_iterations = 20, .iterations = 30, .progress_interval = 1};
        options.epochs = 50;
        const Map whole = make_map({x.data(), n, 8}, options);
        std::int64_t seen = 0;
        options.progress = [&](const MapProgress& progress) { return progress.map.rows == 0 || ++seen < stop; };
        const Map part = make_map({x.data(), n, 8}, options);
        ASSERT_TRUE(part.cancelled && part.state);
        EXPECT_EQ(part.iterations, stop);
        options.progress = {};
        options.resume = &*part.state;
        const Map rest = make_map({x.data(), n, 8}, options);
        EXPECT_EQ(rest.iterations, 50);
        EXPECT_FALSE(rest.state);
        EXPECT_TRUE(same_bits(whole.points, rest.points)) << map_method_name(method) << " " << n << " " << stop;
      }
  }
}

TEST(MakeMap, StateOfAnotherMapIsRefused) {
  const std::vector<float> x = clouds(20, 3, 2);
  const MapState state{.method = MapMethod::kTsne, .layout = std::vector<double>(10)};
  EXPECT_EQ(test::error_of<Error>([&] {
              make_map({x.data(), 20, 3}, {.method = MapMethod::kUmap, .resume = &state});
            }),
            "0: map: resume: expected the state of a umap of 20 points, found that of a tsne of 5");
}

TEST(MakeMap, BothStartsGiveMapsOfBothMethods) {
  const std::vector<float> x = clouds(150, 10, 3);
  for (const MapMethod method : {MapMethod::kTsne, MapMethod::kUmap})
    for (const MapStart start : {MapStart::kPca, MapStart::kSpectral}) {
      MapOptions options{.method = method, .iterations = 100, .start = start};
      const Map map = make_map({x.data(), 150, 10}, options);
      EXPECT_GE(map_quality({x.data(), 150, 10}, map.points.view(), {.metric = MapMetric::kCosine}).trustworthiness,
                0.8)
          << map_method_name(method) << " " << map_start_name(start);
    }
}

TEST(PlaceOnMap, PointsLandAmongTheirOwn) {
  const std::int64_t n = 400, m = 40;
  const std::vector<float> x = clouds(n + m, 12, 4);
  const MatView<const float> points(x.data(), n, 12), added(x.data() + n * 12, m, 12);
  ThreadPool pool(1);
  for (const MapMethod method : {MapMethod::kPca, MapMethod::kTsne, MapMethod::kUmap}) {
    MapOptions options{.method = method, .threads = 1};
    const Map map = make_map(points, options);
    const Matrix placed = place_on_map(points, map.points.view(), added, options);
    ASSERT_EQ(placed.rows(), m);
    if (method != MapMethod::kPca) {
      const KnnGraph near = exact_knn_among(map.points.view(), placed.view(), 1, MapMetric::kEuclidean, pool);
      for (std::int64_t i = 0; i < m; ++i) EXPECT_EQ(near.neighbors(i)[0] % 4, (n + i) % 4);
    }
    options.threads = 3;
    EXPECT_TRUE(same_bits(placed, place_on_map(points, map.points.view(), added, options)));
    // A point of the map lies near where it is.
    const Matrix again = place_on_map(points, map.points.view(), points.slice_rows(7, 1), options);
    EXPECT_LE(std::hypot(again.row(0)[0] - map.points.row(7)[0], again.row(0)[1] - map.points.row(7)[1]),
              method == MapMethod::kPca ? 1e-4 : 3);
    EXPECT_EQ(place_on_map(points, map.points.view(), points.slice_rows(0, 0), options).rows(), 0);
  }
}

TEST(PlaceOnMap, OfTsneIsWherePullAndPushAreEven) {
  const std::int64_t n = 100, m = 5, k = 15;
  const std::vector<float> x = clouds(n + m, 8, 1);
  const MatView<const float> points(x.data(), n, 8), added(x.data() + n * 8, m, 8);
  const MapOptions options{.method = MapMethod::kTsne, .threads = 1};
  const Map map = make_map(points, options);
  const Matrix placed = place_on_map(points, map.points.view(), added, options);
  ThreadPool pool(1);
  const KnnGraph near = exact_knn_among(points, added, k, options.metric, pool);
  const Conditionals p = conditional_probabilities(near, 5, pool);
  for (std::int64_t i = 0; i < m; ++i) {
    // The divergence, pulls exaggerated by 1.5, up to what does not depend on the point.
    const auto divergence = [&](double at_x, double at_y) {
      const auto square = [&](std::int64_t j) {
        return std::pow(at_x - map.points.row(j)[0], 2) + std::pow(at_y - map.points.row(j)[1], 2);
      };
      double pull = 0, weights = 0;
      for (std::int64_t c = 0; c < k; ++c) pull += 1.5 * p.values[i * k + c] * std::log1p(square(near.neighbors(i)[c]));
      for (std::int64_t j = 0; j < n; ++j) weights += 1 / (1 + square(j));
      return pull + std::log(weights);
    };
    const double at_x = placed.row(i)[0], at_y = placed.row(i)[1], least = divergence(at_x, at_y);
    for (int step = 0; step < 8; ++step) {
      const double angle = step * std::numbers::pi / 4;
      EXPECT_LT(least, divergence(at_x + 0.1 * std::cos(angle), at_y + 0.1 * std::sin(angle))) << i << " " << step;
    }
  }
}

TEST(PlaceOnMap, ShapesThatDoNotFitAreRefused) {
  const std::vector<float> x = clouds(10, 4, 2);
  const auto error = [&](MatView<const float> points, MatView<const float> map, MatView<const float> added) {
    return test::error_of<Error>([&] { place_on_map(points, map, added); });
  };
  EXPECT_EQ(error({x.data(), 0, 4}, {x.data(), 0, 2}, {x.data(), 1, 4}),
            "0: place on map: expected a map of 1 point or more, found none");
  EXPECT_EQ(error({x.data(), 5, 4}, {x.data(), 4, 2}, {x.data(), 1, 4}),
            "0: place on map: expected a map of (5, 2), found (4, 2)");
  EXPECT_EQ(error({x.data(), 5, 4}, {x.data(), 5, 2}, {x.data(), 1, 3}),
            "0: place on map: expected points of 4 dimensions, found 3");
}

}  // namespace
}  // namespace sememe
