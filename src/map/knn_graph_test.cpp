#include "map/knn_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "map/candidates.h"
#include "map/make_map.h"
#include "map/points.h"
#include "sememe/error.h"
#include "sememe/map.h"
#include "support/sanitized.h"

namespace sememe {
namespace {

std::vector<float> normals(std::int64_t count, float scale = 1, float offset = 0) {
  std::vector<float> x(count);
  for (std::int64_t i = 0; i < count; ++i) x[i] = offset + scale * CounterRng(11, 2).normal(i);
  return x;
}

TEST(Candidates, TheBestAreKeptInWhateverOrderTheyCome) {
  constexpr std::int64_t kMost = 20, kOffered = 500;
  for (const std::uint32_t kinds : {1U, 3U, 40U, 1'000'000U})  // of scores: few of them are equal, or most
    for (const std::int64_t step : {1, 7, 499}) {
      Candidates candidates(2, kMost);
      std::vector<Candidate> all, found;
      for (std::int64_t i = 0; i < kOffered; ++i) {
        const std::int64_t index = i * step % kOffered;
        const auto score = static_cast<float>(CounterRng(3, 1).below(index, kinds));
        candidates.offer(1, score, index);
        all.push_back({score, static_cast<std::int32_t>(index)});
      }
      std::sort(all.begin(), all.end());
      candidates.best(1, found);
      std::sort(found.begin(), found.end());
      ASSERT_EQ(std::ssize(found), kMost) << kinds << " " << step;
      for (std::int64_t c = 0; c < kMost; ++c) EXPECT_EQ(found[c].index, all[c].index) << kinds << " " << step;
      EXPECT_LE(candidates.thresholds()[1], found.back().score);
      EXPECT_GE(candidates.thresholds()[1], all[kMost].score);
      candidates.best(0, found);
      EXPECT_TRUE(found.empty());
    }
}

TEST(ExactKnn, NeighboursAreThoseOfSortingAllDistances) {
  ThreadPool pool(2);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean})
    for (const auto& [n, d] : {std::pair<std::int64_t, std::int64_t>{5, 3}, {300, 17}, {2500, 8}}) {
      const std::vector<float> x = normals(n * d, 2, 5);
      const MatView<const float> points(x.data(), n, d);
      const KnnGraph graph = exact_knn(points, 12, metric, pool);
      ASSERT_EQ(graph.k, std::min<std::int64_t>(12, n - 1));
      for (std::int64_t i = 0; i < n; i += 7) {
        std::vector<std::pair<double, std::int32_t>> all;
        for (std::int64_t j = 0; j < n; ++j)
          if (j != i) all.emplace_back(exact_distance(points.row_span(i), points.row_span(j), metric), j);
        std::sort(all.begin(), all.end());
        for (std::int64_t c = 0; c < graph.k; ++c) {
          EXPECT_EQ(graph.neighbors(i)[c], all[c].second) << n << " " << i << " " << c;
          EXPECT_EQ(graph.distances_of(i)[c], all[c].first);
        }
      }
    }
}

TEST(ExactKnn, BeyondDoublePrecisionDistancesAreRightToFloat) {
  ThreadPool pool(2);
  const std::int64_t n = 4200, d = 6;
  const std::vector<float> x = normals(n * d, 3, 1);
  const MatView<const float> points(x.data(), n, d);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
    const KnnGraph graph = exact_knn(points, 5, metric, pool);
    for (std::int64_t i = 0; i < n; i += 97)
      for (std::int64_t c = 0; c < 5; ++c)
        EXPECT_NEAR(graph.distances_of(i)[c],
                    exact_distance(points.row_span(i), points.row_span(graph.neighbors(i)[c]), metric), 1e-6);
  }
}

TEST(ExactKnn, EquallyNearPointsComeInTheOrderOfTheirIndices) {
  ThreadPool pool(2);
  const std::int64_t n = 3000;
  const std::vector<float> x(n * 4, 1.0F);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
    const KnnGraph graph = exact_knn({x.data(), n, 4}, 3, metric, pool);
    EXPECT_EQ(std::vector<std::int32_t>(graph.neighbors(0).begin(), graph.neighbors(0).end()),
              (std::vector<std::int32_t>{1, 2, 3}));
    EXPECT_EQ(std::vector<std::int32_t>(graph.neighbors(2500).begin(), graph.neighbors(2500).end()),
              (std::vector<std::int32_t>{0, 1, 2}));
    EXPECT_LE(graph.distances_of(7)[2], 1e-7);
  }
}

TEST(ExactKnn, PointsThatFastProductsCannotTellApartGetTheirTrueNeighbours) {
  ThreadPool pool(2);
  const std::int64_t n = 5000, d = 64, k = 12;
  for (const std::int64_t close : {0, 400, 3000}) {  // so many lie closer together than bfloat16 can tell
    std::vector<float> x = normals(n * d);
    for (std::int64_t i = 1; i <= close; ++i)
      for (std::int64_t j = 0; j < d; ++j) x[(n - i) * d + j] = x[j] + 0.05F * x[(n - i) * d + j];
    const MatView<const float> points(x.data(), n, d);
    for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
      const KnnGraph graph = exact_knn(points, k, metric, pool);
      for (std::int64_t i = 0; i < n; i += 83) {
        std::vector<double> all;
        for (std::int64_t j = 0; j < n; ++j)
          if (j != i) all.push_back(exact_distance(points.row_span(i), points.row_span(j), metric));
        std::nth_element(all.begin(), all.begin() + (k - 1), all.end());
        for (std::int64_t c = 0; c < k; ++c) {
          const std::int32_t j = graph.neighbors(i)[c];
          EXPECT_NE(j, i);
          EXPECT_LE(exact_distance(points.row_span(i), points.row_span(j), metric), all[k - 1] * 1.001 + 1e-9)
              << close << " " << i << " " << c;
        }
      }
    }
  }
}

TEST(ExactKnn, ZeroVectorHasCosineDistanceOneFromAll) {
  ThreadPool pool(1);
  const std::vector<float> x = {0, 0, 1, 0, 2, 0.1F, 0, 0};
  const KnnGraph graph = exact_knn({x.data(), 4, 2}, 3, MapMetric::kCosine, pool);
  for (const double distance : graph.distances_of(0)) EXPECT_EQ(distance, 1);
  EXPECT_EQ(graph.neighbors(1)[0], 2);
}

TEST(ExactKnn, HugeNumbersDoNotOverflow) {
  ThreadPool pool(1);
  std::vector<float> x = normals(200 * 5, 1);
  const KnnGraph small = exact_knn({x.data(), 200, 5}, 6, MapMetric::kEuclidean, pool);
  for (float& v : x) v *= 0x1p120F;
  EXPECT_EQ(exact_knn({x.data(), 200, 5}, 6, MapMetric::kEuclidean, pool).indices, small.indices);
}

TEST(ExactKnn, SameBitsForAnyNumberOfThreads) {
  const std::int64_t n = 5000, d = 9;
  const std::vector<float> x = normals(n * d);
  ThreadPool one(1), three(3);
  const KnnGraph a = exact_knn({x.data(), n, d}, 20, MapMetric::kCosine, one);
  const KnnGraph b = exact_knn({x.data(), n, d}, 20, MapMetric::kCosine, three);
  EXPECT_EQ(a.indices, b.indices);
  EXPECT_EQ(a.distances, b.distances);
}

TEST(ExactKnn, NeighboursAmongOtherPointsAreThoseOfSortingAllDistances) {
  ThreadPool pool(2);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean})
    for (const std::int64_t n : {3, 2500}) {
      const std::int64_t m = 130, d = 7;
      const std::vector<float> x = normals(n * d, 2, 5), y = normals(m * d, 3, 4);
      const MatView<const float> points(x.data(), n, d), queries(y.data(), m, d);
      const KnnGraph graph = exact_knn_among(points, queries, 12, metric, pool);
      ASSERT_EQ(graph.k, std::min<std::int64_t>(12, n));
      for (std::int64_t i = 0; i < m; ++i) {
        std::vector<std::pair<double, std::int32_t>> all;
        for (std::int64_t j = 0; j < n; ++j)
          all.emplace_back(exact_distance(queries.row_span(i), points.row_span(j), metric), j);
        std::sort(all.begin(), all.end());
        for (std::int64_t c = 0; c < graph.k; ++c) {
          EXPECT_EQ(graph.neighbors(i)[c], all[c].second) << n << " " << i << " " << c;
          EXPECT_EQ(graph.distances_of(i)[c], all[c].first);
        }
      }
    }
}

TEST(ApproximateKnn, FindsNearlyAllNeighboursAndTellsHowMany) {
  ThreadPool pool(2);
  const std::int64_t n = test::kSanitized ? 2000 : 15000, d = 8;
  const std::vector<float> x = normals(n * d, 2, 5);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
    const KnnGraph found = approximate_knn({x.data(), n, d}, 12, metric, 1, pool);
    const KnnGraph exact = exact_knn({x.data(), n, d}, 12, metric, pool);
    ASSERT_EQ(found.k, 12);
    std::int64_t same = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_TRUE(std::is_sorted(found.distances_of(i).begin(), found.distances_of(i).end()));
      for (const std::int32_t j : found.neighbors(i)) {
        EXPECT_NE(j, i);
        same += std::count(exact.neighbors(i).begin(), exact.neighbors(i).end(), j);
      }
    }
    const double recall = static_cast<double>(same) / static_cast<double>(n * 12);
    EXPECT_GE(recall, 0.985);
    EXPECT_NEAR(found.recall, recall, 0.01);
  }
}

TEST(ApproximateKnn, SameBitsForAnyNumberOfThreads) {
  const std::int64_t n = 3000, d = 20;
  const std::vector<float> x = normals(n * d);
  ThreadPool one(1), three(3);
  const KnnGraph a = approximate_knn({x.data(), n, d}, 15, MapMetric::kCosine, 1, one);
  const KnnGraph b = approximate_knn({x.data(), n, d}, 15, MapMetric::kCosine, 1, three);
  EXPECT_EQ(a.indices, b.indices);
  EXPECT_EQ(a.distances, b.distances);
}

TEST(ApproximateKnn, FewPointsAndEqualPointsAreLegal) {
  ThreadPool pool(2);
  for (const std::int64_t n : {1, 2, 3, 20, 5000}) {
    const std::vector<float> x(n * 3, 2.0F);
    const KnnGraph graph = approximate_knn({x.data(), n, 3}, 5, MapMetric::kEuclidean, 1, pool);
    ASSERT_EQ(graph.k, std::min<std::int64_t>(5, n - 1));
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t c = 0; c < graph.k; ++c) {
        EXPECT_NE(graph.neighbors(i)[c], i);
        EXPECT_EQ(graph.distances_of(i)[c], 0);
      }
  }
}

TEST(ApproximateKnn, MapsOfManyPointsUseIt) {
  const std::int64_t n = 1500;
  const std::vector<float> x = normals(n * 40);
  MapOptions options{.method = MapMethod::kUmap};
  options.epochs = 5;
  options.exact_neighbors_up_to = 1000;
  std::int64_t told = 0;
  options.progress = [&](const MapProgress& progress) { return progress.stage != "neighbours" || ++told > 0; };
  const Map map = make_map({x.data(), n, 40}, options);
  EXPECT_GE(map.neighbor_recall, 0.95);
  EXPECT_GE(told, 1);
  options.progress = [&](const MapProgress& progress) { return progress.stage != "neighbours"; };
  EXPECT_TRUE(make_map({x.data(), n, 40}, options).cancelled);
}

TEST(ExactKnn, StopsWhenProgressSaysSo) {
  ThreadPool pool(1);
  const std::int64_t n = 5000;
  const std::vector<float> x = normals(n * 2);
  int calls = 0;
  exact_knn({x.data(), n, 2}, 2, MapMetric::kEuclidean, pool, [&](std::int64_t, std::int64_t total) {
    EXPECT_EQ(total, n);
    return ++calls < 2;
  });
  EXPECT_EQ(calls, 2);
}

TEST(MapQuality, AMapThatIsTheSpaceIsPerfect) {
  const std::vector<float> x = normals(300 * 2);
  const MapQuality quality = map_quality({x.data(), 300, 2}, {x.data(), 300, 2});
  EXPECT_EQ(quality.trustworthiness, 1);
  EXPECT_EQ(quality.continuity, 1);
  EXPECT_EQ(quality.knn_preservation, 1);
  EXPECT_EQ(quality.sampled, 300);
}

TEST(MapQuality, MissingAndIntrudingNeighboursAreToldApart) {
  // Folding a line in its middle brings strangers together and tears nobody apart; cutting it does the opposite.
  std::vector<float> line, folded, cut;
  for (int i = 0; i < 200; ++i) {
    line.insert(line.end(), {static_cast<float>(i), 0});
    folded.insert(folded.end(), {static_cast<float>(i < 100 ? i : 199.3 - i), 0});
    cut.insert(cut.end(), {static_cast<float>(i < 100 ? i : i + 0.3), i < 100 ? 0.0F : 1e4F});
  }
  const MapQuality fold = map_quality({line.data(), 200, 2}, {folded.data(), 200, 2});
  EXPECT_LT(fold.trustworthiness, 0.9);
  EXPECT_GT(fold.continuity, fold.trustworthiness + 0.05);
  const MapQuality tear = map_quality({folded.data(), 200, 2}, {line.data(), 200, 2});
  EXPECT_LT(tear.continuity, 0.9);
  EXPECT_GT(tear.trustworthiness, tear.continuity + 0.05);
  const MapQuality parts = map_quality({line.data(), 200, 2}, {cut.data(), 200, 2});
  EXPECT_GT(parts.knn_preservation, 0.9);
  EXPECT_GT(parts.distortion[100], 0.2F);
  EXPECT_EQ(parts.distortion[20], 0);
}

TEST(MapQuality, ManyPointsAreSampledAndJudgedInFloat) {
  ThreadPool pool(2);
  const std::int64_t n = 4500;
  std::vector<float> x = normals(n * 2, 1, 0.2F);
  std::fill_n(x.begin(), 2, 0.0F);
  const MatView<const float> points(x.data(), n, 2);
  const MapQuality quality = map_quality(points, points, {.most_points = 50});
  EXPECT_EQ(quality.sampled, 50);
  EXPECT_EQ(quality.points.back(), 4410);
  EXPECT_GE(quality.trustworthiness, 1 - 1e-6);
  for (const MapMetric metric : {MapMetric::kCosine, MapMetric::kEuclidean}) {
    const PointDistances distances(points, metric, pool);
    for (std::int64_t i = 0; i < 30; ++i)
      EXPECT_NEAR(distances(i, 77 * i + 1), exact_distance(points.row_span(i), points.row_span(77 * i + 1), metric),
                  2e-6);
  }
}

TEST(MapQuality, FewPointsHaveFewNeighbours) {
  const std::vector<float> x = normals(10);
  EXPECT_EQ(map_quality({x.data(), 5, 2}, {x.data(), 5, 2}).neighbors, 2);
  EXPECT_EQ(map_quality({x.data(), 1, 2}, {x.data(), 1, 2}).trustworthiness, 1);
  EXPECT_EQ(map_quality({x.data(), 0, 2}, {x.data(), 0, 2}).sampled, 0);
}

}  // namespace
TEST(MakeMap, RefusesNeighborsOfOthersOrTooFew) {
  constexpr std::int64_t n = 30;
  const std::vector<float> x = normals(n * 5);
  ThreadPool pool(1);
  MapOptions options;
  options.method = MapMethod::kUmap;
  ASSERT_EQ(map_neighbor_count(options, n), 14);
  const KnnGraph few = exact_knn({x.data(), n, 5}, 13, MapMetric::kCosine, pool);
  EXPECT_THROW(make_map({x.data(), n, 5}, options, few), Error);
  const KnnGraph others = exact_knn({x.data(), n - 1, 5}, 14, MapMetric::kCosine, pool);
  EXPECT_THROW(make_map({x.data(), n, 5}, options, others), Error);
}

}  // namespace sememe
