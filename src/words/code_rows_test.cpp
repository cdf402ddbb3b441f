#include "words/code_rows.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>

#include "sememe/matrix.h"
#include "words/code_scan.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

constexpr std::int64_t kRows = 6000, kQueries = 12, kBest = 10;

float normal(RandomStream& random) {
  float sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

/// Rows that are different in what makes codes go wrong.
struct Distribution {
  const char* name;
  std::function<float(std::int64_t row, std::int64_t j, std::int64_t dim, RandomStream& random)> component;
};
const Distribution kDistributions[] = {
    {"gaussian", [](auto, auto, auto, RandomStream& random) { return normal(random); }},
    {"clustered",
     [](std::int64_t row, std::int64_t j, std::int64_t, RandomStream& random) {
       RandomStream center(5, static_cast<std::uint64_t>(row % 40 * 1000 + j));
       return 2 * normal(center) + 0.3f * normal(random);
     }},
    {"one direction",
     [](auto, std::int64_t j, auto, RandomStream& random) {
       return (j % 3 == 0 ? 4.0f : -2.0f) + normal(random) / (1 + static_cast<float>(j % 7));
     }},
    {"one-hot", [](std::int64_t row, std::int64_t j, std::int64_t dim,
                   RandomStream& random) { return j == row % dim ? 1 + random.uniform() : 0; }},
    {"few components", [](std::int64_t row, std::int64_t j, std::int64_t,
                          RandomStream& random) { return (j + row) % 5 == 0 && j < 40 ? normal(random) : 0; }},
    {"zeros and ends", [](std::int64_t row, auto, auto, RandomStream& random) {
       const float scale = row % 50 == 0 ? 0 : row % 50 == 1 ? 1e37f : row % 50 == 2 ? 1e-36f : 1e-41f;
       return (row % 50 > 3 ? 1 : scale) * normal(random);
     }}};

class Rows {
 public:
  Rows(const Distribution& distribution, std::int64_t dim) : rows(kRows, dim), inverse(kRows) {
    for (std::int64_t i = 0; i < kRows; ++i) {
      RandomStream random(7, static_cast<std::uint64_t>(i));
      double squares = 0;
      for (std::int64_t j = 0; j < dim; ++j) {
        float& x = rows.row(i)[static_cast<std::size_t>(j)];
        x = distribution.component(i, j, dim, random);
        squares += static_cast<double>(x) * x;
      }
      inverse[i] = squares > 0 ? static_cast<float>(1 / std::sqrt(squares)) : 0;
    }
    codes = make_code_rows(rows.view(), inverse.data(), pool);
  }
  float exact(const Matrix& query, std::int64_t id) const {
    double sum = 0;
    for (std::int64_t j = 0; j < rows.cols(); ++j) sum += static_cast<double>(query.data()[j]) * rows.view().row(id)[j];
    sum *= static_cast<double>(inverse[id]);
    return std::isfinite(sum) ? static_cast<float>(sum) : 0;
  }
  /// Near a row, or between two, and of length 1.
  Matrix query(std::int64_t q) const {
    Matrix out(1, rows.cols());
    RandomStream random(8, static_cast<std::uint64_t>(q));
    double squares = 0;
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      const float a = rows.view().row(q * 91 + 4)[j] * inverse[q * 91 + 4], b = rows.view().row(q)[j] * inverse[q];
      out.data()[j] = a + (q % 2 == 0 && std::isfinite(b) ? b : 0) + 0.01f * normal(random);
      squares += static_cast<double>(out.data()[j]) * out.data()[j];
    }
    for (std::int64_t j = 0; j < rows.cols(); ++j)
      out.data()[j] = static_cast<float>(out.data()[j] / std::sqrt(squares));
    return out;
  }
  std::vector<ScoredWord> find(const Matrix& query, std::span<const std::int64_t> excluded, std::int64_t words,
                               std::int64_t* asked = nullptr) {
    std::atomic<std::int64_t> calls = 0;
    auto found = best_by_codes(codes, query.view(), words, kBest, excluded, 1e-5f, pool, [&](std::int64_t id) {
      ++calls;
      return exact(query, id);
    });
    if (asked != nullptr) *asked += calls;
    return found;
  }

  ThreadPool pool{2};
  Matrix rows;
  Buffer<float> inverse;
  CodeRows codes;
};

TEST(CodeRows, FindWhatAScanOfAllRowsFinds) {
  for (const Distribution& distribution : kDistributions)
    for (const std::int64_t dim : {1, 2, 3, 4, 5, 8, 13, 31, 32, 50, 64, 65, 70, 127, 300, 511}) {
      Rows rows(distribution, dim);
      for (std::int64_t q = 0; q < kQueries; ++q) {
        const Matrix query = rows.query(q);
        const std::int64_t words = q % 3 == 0 ? kRows / 2 : kRows;
        const std::vector<std::int64_t> excluded = {q * 91 + 4, 17};
        TopWords top(kBest, excluded);
        for (std::int64_t id = 0; id < words; ++id) top.offer({id, rows.exact(query, id)});
        const std::vector<ScoredWord> expected = top.take(), found = rows.find(query, excluded, words);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_EQ(found[i].id, expected[i].id) << distribution.name << ' ' << dim << ' ' << q << ' ' << i;
          ASSERT_EQ(found[i].score, expected[i].score) << distribution.name << ' ' << dim << ' ' << q << ' ' << i;
        }
      }
    }
}

TEST(CodeRows, LeaveFewRowsToBeScored) {
  for (const auto& [which, most] : {std::pair{0, 0.035}, std::pair{1, 0.045}, std::pair{2, 0.1}}) {
    Rows rows(kDistributions[which], 300);
    std::int64_t asked = 0;
    for (std::int64_t q = 0; q < kQueries; ++q) rows.find(rows.query(q), {}, kRows, &asked);
    EXPECT_LE(static_cast<double>(asked) / (kQueries * kRows), most) << kDistributions[which].name;
  }
}

TEST(CodeRows, QueriesThatAreNotFiniteOrHaveNoLengthAreAnswered) {
  Rows rows(kDistributions[0], 70);
  for (const float x : {0.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    Matrix query(1, 70);
    query.data()[3] = x;
    const std::vector<ScoredWord> found = rows.find(query, {}, kRows);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kBest));
    for (std::int64_t i = 0; i < kBest; ++i) {
      EXPECT_EQ(found[static_cast<std::size_t>(i)].id, i);
      EXPECT_EQ(found[static_cast<std::size_t>(i)].score, 0);
    }
  }
}

TEST(Rotation, KeepsProductsAndSpreadsEveryComponent) {
  for (const std::int64_t dim : {1, 2, 3, 4, 7, 16, 33, 100, 255, 300, 511, 1000}) {
    const Rotation rotation(dim);
    Matrix turned(dim, dim);
    for (std::int64_t i = 0; i < dim; ++i) {
      turned.row(i)[static_cast<std::size_t>(i)] = 1;
      rotation.apply(turned.row(i).data());
    }
    for (std::int64_t a = 0; a < dim; ++a)
      for (std::int64_t b = 0; b < dim; b += 1 + dim / 40) {
        double sum = 0;
        for (std::int64_t j = 0; j < dim; ++j) sum += static_cast<double>(turned.row(a)[j]) * turned.row(b)[j];
        ASSERT_LE(std::abs(sum - (a == b ? 1 : 0)), 1e-6) << dim << ' ' << a << ' ' << b;
      }
    if (dim < 16) continue;
    for (std::int64_t i = 0; i < dim; ++i) {
      double fourth = 0, half = 0;  // fourth: of a component, times dim^2: 3 where all are normal, dim where one is all
      for (const float x : turned.row(i)) fourth += std::pow(static_cast<double>(x), 4);
      for (const float x : turned.row(i).first(static_cast<std::size_t>(dim / 2))) half += static_cast<double>(x) * x;
      ASSERT_LE(std::abs(half - 0.5), 0.45) << dim << ' ' << i;
      ASSERT_LE(fourth * static_cast<double>(dim), 8) << dim << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace sememe::test
