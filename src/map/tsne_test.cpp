#include "map/tsne.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "map/knn_graph.h"
#include "sememe/error.h"
#include "sememe/map.h"
#include "support/map_points.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using test::clouds;
using test::same_bits;

std::vector<double> layout(std::int64_t n, double scale) {
  std::vector<double> y(2 * n);
  for (std::int64_t i = 0; i < 2 * n; ++i) y[i] = scale * static_cast<double>(CounterRng(9, 0).normal(i));
  return y;
}

SparseMatrix probabilities(std::int64_t n, ThreadPool& pool) {
  const std::vector<float> x = clouds(n, 6, 5);
  return joint_probabilities(exact_knn({x.data(), n, 6}, 30, MapMetric::kEuclidean, pool), 10, pool);
}

TEST(Affinities, RowsHaveTheWantedPerplexity) {
  ThreadPool pool(2);
  const std::vector<float> x = clouds(200, 5, 3);
  const KnnGraph graph = exact_knn({x.data(), 200, 5}, 45, MapMetric::kEuclidean, pool);
  const Conditionals found = conditional_probabilities(graph, 15, pool);
  for (std::int64_t i = 0; i < 200; ++i) {
    double entropy = 0;
    for (std::int64_t j = 0; j < 45; ++j) entropy -= found.values[i * 45 + j] * std::log(found.values[i * 45 + j]);
    EXPECT_NEAR(std::exp(entropy), 15, 1e-9);
  }
}

TEST(Affinities, EquallyNearNeighboursShareEvenly) {
  ThreadPool pool(1);
  const std::vector<float> x(40, 1.0F);
  const KnnGraph graph = exact_knn({x.data(), 20, 2}, 9, MapMetric::kEuclidean, pool);
  for (const double p : conditional_probabilities(graph, 3, pool).values) EXPECT_DOUBLE_EQ(p, 1.0 / 9);
}

TEST(Affinities, JointProbabilitiesAreSymmetricAndSumToOne) {
  ThreadPool pool(2);
  const SparseMatrix p = probabilities(300, pool);
  std::vector<double> dense(300 * 300);
  double sum = 0;
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t e = p.begins[i]; e < p.begins[i + 1]; ++e) {
      if (e > p.begins[i]) {
        EXPECT_LT(p.columns[e - 1], p.columns[e]);
      }
      dense[i * 300 + p.columns[e]] = p.values[e];
      sum += p.values[e];
    }
  EXPECT_NEAR(sum, 1, 1e-12);
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t j = 0; j < i; ++j) EXPECT_EQ(dense[i * 300 + j], dense[j * 300 + i]);
}

TEST(TsneObjective, GradientIsThatOfTheDivergence) {
  ThreadPool pool(2);
  TsneObjective objective(probabilities(60, pool), true, pool);
  std::vector<double> y = layout(60, 2), gradient, unused;
  objective.gradient(y, 1, gradient, false);
  for (const std::int64_t c : {0, 1, 30, 77}) {
    constexpr double kStep = 1e-5;
    const double before = y[c];
    y[c] = before + kStep;
    const double above = objective.gradient(y, 1, unused, true);
    y[c] = before - kStep;
    const double below = objective.gradient(y, 1, unused, true);
    y[c] = before;
    EXPECT_NEAR(4 * gradient[c], (above - below) / (2 * kStep), 1e-8);
  }
}

TEST(TsneObjective, GridGivesTheExactGradientAtAnyExtent) {
  ThreadPool pool(2);
  const std::int64_t n = 700;
  const SparseMatrix p = probabilities(n, pool);
  TsneObjective exact(p, true, pool), fast(p, false, pool);
  for (const double extent : {1e-4, 0.1, 1.0, 5.0, 20.0, 60.0}) {
    std::vector<double> y = layout(n, extent), want, got;
    for (std::int64_t i = 0; i < n; ++i) y[2 * i + 1] *= 0.3;  // axes of different lengths
    // Without attraction, so that nothing hides the repulsion.
    const double kl = exact.gradient(y, 1e-300, want, true);
    EXPECT_NEAR(fast.gradient(y, 1e-300, got, true), kl, 2e-4 * std::abs(kl)) << extent;
    double largest = 0, worst = 0;
    for (std::int64_t i = 0; i < 2 * n; ++i) {
      largest = std::max(largest, std::abs(want[i]));
      worst = std::max(worst, std::abs(got[i] - want[i]));
    }
    EXPECT_LE(worst, 4e-3 * largest) << extent;
    // And the attraction alone.
    exact.gradient(y, 1e6, want, false);
    fast.gradient(y, 1e6, got, false);
    largest = *std::max_element(want.begin(), want.end());
    for (std::int64_t i = 0; i < 2 * n; ++i) EXPECT_LE(std::abs(got[i] - want[i]), 1e-5 * largest) << extent;
  }
}

TEST(MakeMap, TsneKeepsCloudsTogether) {
  for (const std::int64_t n : {200, 1500}) {
    if (test::kSanitized && n > 200) continue;
    const std::vector<float> x = clouds(n, 20, 5);
    const Map map = make_map({x.data(), n, 20}, {.early_iterations = 100, .iterations = 100});
    const MapQuality quality = map_quality({x.data(), n, 20}, map.points.view(), {.metric = MapMetric::kCosine});
    EXPECT_GE(quality.trustworthiness, 0.9);
    EXPECT_LE(*map.kl_divergence, n == 200 ? 0.7 : 1.8);
    EXPECT_EQ(map.iterations, 200);
    // The nearest point of each is of its own cloud.
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t best = -1;
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t j = 0; j < n; ++j) {
        const double distance =
            std::hypot(map.points.row(i)[0] - map.points.row(j)[0], map.points.row(i)[1] - map.points.row(j)[1]);
        if (j != i && distance < least) least = distance, best = j;
      }
      EXPECT_EQ(best % 5, i % 5);
    }
  }
}

TEST(MakeMap, SameBitsForAnyNumberOfThreadsAndOthersForAnotherSeed) {
  for (const std::int64_t n : {150, 1300}) {
    if (test::kSanitized && n > 150) continue;
    const std::vector<float> x = clouds(n, 12, 4);
    for (const MapMethod method : {MapMethod::kPca, MapMethod::kTsne, MapMethod::kUmap}) {
      MapOptions options{.method = method, .threads = 1, .early_iterations = 20, .iterations = 30};
      options.epochs = 30;
      const Map first = make_map({x.data(), n, 12}, options);
      options.threads = 3;
      EXPECT_TRUE(same_bits(first.points, make_map({x.data(), n, 12}, options).points)) << n;
      options.seed = 2;
      if (method != MapMethod::kPca) {
        EXPECT_FALSE(same_bits(first.points, make_map({x.data(), n, 12}, options).points)) << n;
      }
    }
  }
}

TEST(MakeMap, DegeneratePointsGiveFiniteMaps) {
  struct Case {
    std::string name;
    std::int64_t n, d;
    std::vector<float> x;
  };
  std::vector<Case> cases = {{"none", 0, 3, {}},
                             {"none of no dimensions", 0, 0, {}},
                             {"one", 1, 3, {1, 2, 3}},
                             {"two", 2, 2, {1, 2, 3, 4}},
                             {"three", 3, 2, {1, 2, 3, 4, 0, 1}},
                             {"four of one dimension", 4, 1, {1, 2, 3, 4}},
                             {"all equal", 100, 4, std::vector<float>(400, 0.5F)},
                             {"all zero", 50, 4, std::vector<float>(200)},
                             {"fewer than three times the perplexity", 40, 6, clouds(40, 6, 2)},
                             {"no dimensions", 5, 0, {}},
                             {"10,000 dimensions", 30, 10000, clouds(30, 10000, 2)},
                             {"huge", 30, 4, clouds(30, 4, 2)}};
  for (float& v : cases.back().x) v *= 1e30F;
  cases.push_back({"duplicates by thousands", 3000, 3, clouds(3, 3, 3)});
  while (std::ssize(cases.back().x) < 9000) cases.back().x.push_back(cases.back().x[cases.back().x.size() - 9]);
  for (const Case& c : cases)
    for (const MapMethod method : {MapMethod::kPca, MapMethod::kTsne, MapMethod::kUmap})
      for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
        SCOPED_TRACE(c.name);
        MapOptions options{.method = method, .metric = metric, .early_iterations = 20, .iterations = 20};
        options.epochs = 20;
        const Map map = make_map({c.x.data(), c.n, c.d}, options);
        ASSERT_EQ(map.points.rows(), c.n);
        ASSERT_EQ(map.points.cols(), 2);
        for (std::int64_t i = 0; i < 2 * c.n; ++i) ASSERT_TRUE(std::isfinite(map.points.data()[i]));
        if (map.kl_divergence) {
          EXPECT_TRUE(std::isfinite(*map.kl_divergence));
        }
      }
}

TEST(MakeMap, ProgressTellsEachStageAndCancels) {
  const std::vector<float> x = clouds(100, 5, 2);
  std::vector<std::string> stages;
  MapOptions options{.early_iterations = 30, .iterations = 30, .progress_interval = 10};
  options.progress = [&](const MapProgress& progress) {
    if (stages.empty() || stages.back() != progress.stage) stages.emplace_back(progress.stage);
    if (progress.stage == "embedding") {
      EXPECT_EQ(progress.map.rows, 100);
    }
    return !(progress.stage == "embedding" && progress.done == 20);
  };
  const Map map = make_map({x.data(), 100, 5}, options);
  EXPECT_EQ(stages, (std::vector<std::string>{"pca", "neighbours", "early exaggeration", "embedding"}));
  EXPECT_TRUE(map.cancelled);
  EXPECT_EQ(map.iterations, 50);
  EXPECT_TRUE(map.kl_divergence.has_value());
}

TEST(MakeMap, GoesOnFromAGivenLayout) {
  const std::vector<float> x = clouds(120, 5, 3);
  MapOptions options{.early_iterations = 50, .iterations = 100};
  const Map first = make_map({x.data(), 120, 5}, options);
  options.initial = first.points.view();
  options.early_iterations = 0;
  options.iterations = 0;
  EXPECT_TRUE(same_bits(first.points, make_map({x.data(), 120, 5}, options).points));
  options.iterations = 50;
  EXPECT_LE(*make_map({x.data(), 120, 5}, options).kl_divergence, *first.kl_divergence + 1e-3);
}

TEST(MakeMap, OptionsOutOfRangeAreRefused) {
  const std::vector<float> x = clouds(10, 2, 2);
  const auto error = [&](MapOptions options) {
    return test::error_of<Error>([&] { make_map({x.data(), 10, 2}, options); });
  };
  EXPECT_EQ(error({.perplexity = 0}), "0: map: perplexity: expected a number above 0, found 0");
  EXPECT_EQ(error({.perplexity = std::nan("")}), "0: map: perplexity: expected a number above 0, found nan");
  EXPECT_EQ(error({.iterations = -1}), "0: map: iterations: expected 0 or more, found -1");
  EXPECT_EQ(error({.learning_rate = -1}), "0: map: learning rate: expected a number above 0, found -1");
  EXPECT_EQ(error({.neighbors = 1}), "0: map: neighbours: expected 2 or more, found 1");
  EXPECT_EQ(error({.min_dist = 2}), "0: map: min_dist: expected 0 to the spread, 1, found 2");
  EXPECT_EQ(error({.spread = 0}), "0: map: spread: expected a number above 0, found 0");
  EXPECT_EQ(error({.negative_samples = -1}), "0: map: negative samples: expected 0 or more, found -1");
  EXPECT_EQ(error({.repulsion = INFINITY}), "0: map: repulsion: expected a number above 0, found inf");
  EXPECT_EQ(error({.epochs = -1}), "0: map: epochs: expected 0 or more, found -1");
  EXPECT_EQ(error({.label_weight = 1.5}), "0: map: label weight: expected 0 to 1, found 1.5");
  const std::vector<std::int32_t> labels(3);
  EXPECT_EQ(error({.labels = labels}), "0: map: labels: expected 10, one for each point, found 3");
  EXPECT_EQ(error({.initial = {x.data(), 5, 2}}), "0: map: initial layout: expected (10, 2), found (5, 2)");
}

}  // namespace
}  // namespace sememe
