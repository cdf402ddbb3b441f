// Similarity measures and search order against sentence_transformers.util.

#include "sememe/similarity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/npy.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

TEST(SimilarityParity, ValuesAndOrderAreThoseOfSentenceTransformers) {
  const auto file = test::shared_data("golden/similarity/expected.json");
  const auto points = test::shared_data("golden/maps/points.npy");
  SEMEME_SKIP_WITHOUT(file);
  SEMEME_SKIP_WITHOUT(points);
  const NpyArray array = read_npy(points);
  const MatView<const float> all(array.as<float>().data(), 400, 384);
  const JsonDocument document = JsonDocument::load(file);
  const Json expected = document.root();

  // pairwise: the first rows against as many after them.
  const Json pairwise = expected.at("pairwise");
  for (const auto& [key, measure] : {std::pair{"cos_sim", Measure::kCosine},
                                     {"dot_score", Measure::kDot},
                                     {"euclidean_sim", Measure::kEuclidean},
                                     {"manhattan_sim", Measure::kManhattan}}) {
    const std::vector<Json> want = pairwise.at(key).elements();
    const auto half = static_cast<std::int64_t>(want.size());
    ASSERT_EQ(half, 20);
    for (std::int64_t i = 0; i < half; ++i) {
      const double value = want[static_cast<std::size_t>(i)].as_number();
      EXPECT_NEAR(similarity(all.row_span(i), all.row_span(half + i), measure), value,
                  1e-6 * std::max(1.0, std::abs(value)))
          << key << " " << i;
    }
  }

  const Matrix scores = similarity_matrix(all.slice_rows(0, 40), all);
  const std::vector<Json> searches = expected.at("semantic_search_top5_of_first40_in_400").elements();
  ASSERT_EQ(searches.size(), 40u);
  for (std::int64_t i = 0; i < 40; ++i) {
    std::vector<std::int64_t> order(400);
    std::iota(order.begin(), order.end(), 0);
    const auto row = scores.row(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)];
    });
    const std::vector<Json> hits = searches[static_cast<std::size_t>(i)].elements();
    for (std::size_t k = 0; k < hits.size(); ++k) {
      EXPECT_EQ(order[k], hits[k].at("corpus_id").as_int()) << i << " " << k;
      EXPECT_NEAR(row[static_cast<std::size_t>(order[k])], hits[k].at("score").as_number(), 1e-6);
    }
  }
}

}  // namespace
}  // namespace sememe
