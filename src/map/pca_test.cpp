#include "map/pca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "map/symmetric_eigen.h"
#include "sememe/error.h"
#include "sememe/map.h"
#include "support/sanitized.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

std::vector<double> random_symmetric(std::int64_t n, std::uint64_t seed) {
  std::vector<double> a(n * n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j <= i; ++j) a[i * n + j] = a[j * n + i] = CounterRng(seed, 0).normal(i * n + j);
  return a;
}

void expect_eigen(const std::vector<double>& a, std::int64_t n) {
  double size = 0;
  for (const double x : a) size = std::max(size, std::abs(x));
  const double bound = 1e-14 * static_cast<double>(n + 4) * static_cast<double>(n) * size;
  const SymmetricEigen eigen = symmetric_eigen(a, n);
  ASSERT_EQ(std::ssize(eigen.values), n);
  for (std::int64_t c = 0; c < n; ++c) {
    const double* const v = eigen.vectors.data() + c * n;
    for (std::int64_t i = 0; i < n; ++i) {
      double av = 0;
      for (std::int64_t j = 0; j < n; ++j) av += a[i * n + j] * v[j];
      EXPECT_LE(std::abs(av - eigen.values[c] * v[i]), bound) << n << " " << c;
    }
    for (std::int64_t other = 0; other <= c; ++other) {
      double dot = 0;
      for (std::int64_t j = 0; j < n; ++j) dot += v[j] * eigen.vectors[other * n + j];
      EXPECT_LE(std::abs(dot - (other == c ? 1 : 0)), 1e-13 * static_cast<double>(n + 4)) << n << " " << c;
    }
    if (c > 0) {
      EXPECT_GE(eigen.values[c - 1], eigen.values[c]);
    }
  }
}

TEST(SymmetricEigen, VectorsAreOrthonormalAndSolveTheProblem) {
  for (const std::int64_t n : {1, 2, 3, 4, 7, 20, 61}) expect_eigen(random_symmetric(n, 7), n);
}

/// The first k of symmetric_eigen().
void expect_leading(const std::vector<double>& a, std::int64_t n, std::int64_t k) {
  ThreadPool pool(2), alone(1);
  const SymmetricEigen all = symmetric_eigen(a, n), some = leading_eigen(a, n, k, pool);
  EXPECT_EQ(some.vectors, leading_eigen(a, n, k, alone).vectors) << n;
  const double bound =
      1e-14 * static_cast<double>(n + 4) * std::max(std::abs(all.values[0]), std::abs(all.values[n - 1]));
  ASSERT_EQ(std::ssize(some.values), k);
  for (std::int64_t c = 0; c < k; ++c) {
    EXPECT_LE(std::abs(some.values[c] - all.values[c]), bound) << n << " " << c;
    const double* const v = some.vectors.data() + c * n;
    for (std::int64_t i = 0; i < n; ++i) {
      double av = 0;
      for (std::int64_t j = 0; j < n; ++j) av += a[i * n + j] * v[j];
      EXPECT_LE(std::abs(av - some.values[c] * v[i]), bound) << n << " " << c;
    }
    for (std::int64_t other = 0; other <= c; ++other) {
      double dot = 0;
      for (std::int64_t j = 0; j < n; ++j) dot += v[j] * some.vectors[other * n + j];
      EXPECT_LE(std::abs(dot - (other == c ? 1 : 0)), 1e-13 * static_cast<double>(n + 4)) << n << " " << c;
    }
  }
}

TEST(LeadingEigen, IsThatOfTheWholeMatrix) {
  for (const std::int64_t n : {1, 2, 3, 7, 40, 121})
    for (const std::int64_t k : {std::int64_t{0}, std::int64_t{1}, n / 2, n})
      expect_leading(random_symmetric(n, 7), n, k);
}

TEST(LeadingEigen, DegenerateMatricesAreSolvedToo) {
  expect_leading(std::vector<double>(25), 5, 3);
  expect_leading(std::vector<double>(36, 1.0), 6, 4);
  std::vector<double> identity(400);
  for (std::int64_t i = 0; i < 20; ++i) identity[i * 21] = i < 10 ? 1 : 0.5;
  expect_leading(identity, 20, 15);
  std::vector<double> huge = random_symmetric(30, 3);
  for (double& x : huge) x *= 1e200;
  expect_leading(huge, 30, 5);
  for (double& x : huge) x *= 1e-300, x *= 1e-100;
  expect_leading(huge, 30, 5);
}

TEST(SymmetricEigen, DegenerateMatricesAreSolvedToo) {
  expect_eigen(std::vector<double>(25), 5);
  expect_eigen(std::vector<double>(36, 1.0), 6);
  std::vector<double> twins = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 1e-200, 0, 0, 1e-200, 1};
  expect_eigen(twins, 4);
  std::vector<double> huge = random_symmetric(9, 3);
  for (double& x : huge) x *= 1e200;
  expect_eigen(huge, 9);
  EXPECT_TRUE(symmetric_eigen({}, 0).values.empty());
}

/// n points around d axes of falling length, moved away from zero.
std::vector<float> cloud(std::int64_t n, std::int64_t d, float offset = 3) {
  std::vector<float> x(n * d);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < d; ++j)
      x[i * d + j] = offset + CounterRng(5, 1).normal(i * d + j) *
                                  std::pow(0.5F, static_cast<float>(std::min<std::int64_t>(j, 20)));
  return x;
}

TEST(Pca, CovarianceGramGemmAndRandomisedSolversAgree) {
  ThreadPool pool(2);
  for (const auto& [n, d] : {std::pair<std::int64_t, std::int64_t>{300, 40}, {40, 300}, {12000, 220}, {400, 3500}}) {
    if (test::kSanitized && n * d > 20'000) continue;
    const std::vector<float> x = cloud(n, d);
    const MatView<const float> points(x.data(), n, d);
    const PcaFit exact = fit_pca(points, 3, 1, pool, PcaSolver::kExact);
    const PcaFit random = fit_pca(points, 3, 1, pool, PcaSolver::kRandomised);
    EXPECT_NEAR(exact.total_variance, random.total_variance, 1e-5 * exact.total_variance);
    for (std::int64_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(exact.variances[c], random.variances[c], 1e-5 * exact.variances[0]);
      for (std::int64_t j = 0; j < d; ++j)
        EXPECT_NEAR(exact.components[c * d + j], random.components[c * d + j], 1e-4) << n << " " << c;
      double squares = 0;
      for (std::int64_t i = 0; i < n; ++i) squares += exact.scores[i * 3 + c] * exact.scores[i * 3 + c];
      EXPECT_NEAR(squares / static_cast<double>(n - 1), exact.variances[c], 1e-5 * exact.variances[0]);
    }
  }
}

TEST(Pca, LargestEntryOfEachComponentIsPositive) {
  const std::vector<float> x = cloud(100, 12);
  for (const PcaSolver solver : {PcaSolver::kExact, PcaSolver::kRandomised}) {
    ThreadPool pool(1);
    const PcaFit fit = fit_pca({x.data(), 100, 12}, 12, 1, pool, solver);
    for (std::int64_t c = 0; c < 12; ++c) {
      double largest = 0;
      for (std::int64_t j = 0; j < 12; ++j)
        if (std::abs(fit.components[c * 12 + j]) > std::abs(largest)) largest = fit.components[c * 12 + j];
      EXPECT_GT(largest, 0);
    }
  }
}

TEST(Pca, SameBitsForAnyNumberOfThreads) {
  for (const auto& [n, d] : {std::pair<std::int64_t, std::int64_t>{500, 30}, {12000, 220}, {830, 820}}) {
    if (test::kSanitized && n * d > 20'000) continue;
    const std::vector<float> x = cloud(n, d);
    std::vector<double> first;
    for (const int threads : {1, 3}) {
      ThreadPool pool(threads);
      const PcaFit fit = fit_pca({x.data(), n, d}, 2, 1, pool);
      if (first.empty()) first = fit.scores;
      EXPECT_EQ(first, fit.scores) << n << " " << threads;
    }
  }
}

TEST(Pca, WhitenedColumnsHaveVarianceOne) {
  const std::vector<float> x = cloud(200, 8);
  const Pca result = pca({x.data(), 200, 8}, {.components = 4, .whiten = true});
  for (std::int64_t c = 0; c < 4; ++c) {
    double squares = 0;
    for (std::int64_t i = 0; i < 200; ++i) squares += result.scores.row(i)[c] * result.scores.row(i)[c];
    EXPECT_NEAR(squares / 199, 1, 1e-5);
  }
}

TEST(Pca, FewPointsFewDimensionsAndEqualPointsAreLegal) {
  const std::vector<float> equal(60, 4.0F);
  const Pca same = pca({equal.data(), 20, 3});
  for (const float v : std::vector<float>(same.scores.data(), same.scores.data() + 40)) EXPECT_LE(std::abs(v), 0.0F);
  EXPECT_EQ(pca({equal.data(), 1, 3}).scores.cols(), 1);
  EXPECT_EQ(pca({equal.data(), 20, 1}).scores.cols(), 1);
  EXPECT_EQ(pca({equal.data(), 0, 3}).scores.rows(), 0);
  const std::vector<float> two = {0, 0, 0, 3, 4, 0};
  const Pca pair = pca({two.data(), 2, 3});
  EXPECT_NEAR(std::abs(pair.scores.row(0)[0] - pair.scores.row(1)[0]), 5, 1e-6);
  EXPECT_LE(std::abs(pair.scores.row(0)[1]), 1e-6);
}

TEST(Pca, RowThatIsNotFiniteIsNamed) {
  std::vector<float> x = cloud(50, 4);
  x[31 * 4 + 2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(test::error_of<Error>([&] {
              pca({x.data(), 50, 4});
            }),
            "0: map: row 31: expected finite numbers, found NaN or infinity; remove the row");
}

}  // namespace
}  // namespace sememe
