#include "sememe/similarity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "sememe/error.h"

namespace sememe {
namespace {

TEST(Similarity, IsTheFormulaOfEachMeasure) {
  const std::vector<float> a = {1, 2, -2}, b = {4, 0, 3}, zero = {0, 0, 0};
  EXPECT_FLOAT_EQ(similarity(a, b), -2.0F / 15);
  EXPECT_FLOAT_EQ(similarity(a, b, Measure::kDot), -2);
  EXPECT_FLOAT_EQ(similarity(a, b, Measure::kEuclidean), -std::sqrt(38.0F));
  EXPECT_FLOAT_EQ(similarity(a, b, Measure::kManhattan), -10);
  EXPECT_FLOAT_EQ(cosine_similarity(a, a), 1);
  EXPECT_EQ(cosine_similarity(a, zero), 0);
  EXPECT_EQ(similarity({}, {}), 0);
  EXPECT_THROW(similarity(a, std::span(b).first(2)), Error);
}

TEST(Similarity, MatrixHoldsEveryPair) {
  const CounterRng rng(1, 1);
  std::vector<float> a(7 * 19), b(150 * 19);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = rng.normal(i);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = rng.normal(1000 + i);
  const MatView<const float> va(a.data(), 7, 19), vb(b.data(), 150, 19);
  for (const Measure m : {Measure::kCosine, Measure::kDot, Measure::kEuclidean, Measure::kManhattan}) {
    const Matrix all = similarity_matrix(va, vb, m);
    ASSERT_EQ(all.rows(), 7);
    ASSERT_EQ(all.cols(), 150);
    for (std::int64_t i = 0; i < 7; ++i)
      for (std::int64_t j = 0; j < 150; ++j)
        ASSERT_EQ(all.row(i)[static_cast<std::size_t>(j)], similarity(va.row_span(i), vb.row_span(j), m));
  }
  EXPECT_THROW(similarity_matrix(va, MatView<const float>(b.data(), 10, 18)), Error);
}

TEST(Similarity, MeasuresHaveNames) {
  for (const char* name : {"cosine", "dot", "euclidean", "manhattan"}) {
    ASSERT_TRUE(parse_measure(name));
    EXPECT_EQ(measure_name(*parse_measure(name)), name);
  }
  EXPECT_FALSE(parse_measure("cos"));
}

}  // namespace
}  // namespace sememe
