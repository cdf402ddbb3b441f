#include "map/pca.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/products.h"
#include "map/symmetric_eigen.h"

namespace sememe {
namespace {

constexpr std::int64_t kExactLimit = 1100;          // rows of an eigenproblem that takes less than a second
constexpr double kPreciseWork = double{1LL << 28};  // products that double arithmetic does in about as long

/// sum_k rows[i][k] rows[j][k], the whole symmetric (m, m), for centred rows of any width.
std::vector<double> gram(const std::vector<double>& rows, std::int64_t m, std::int64_t width, ThreadPool& pool) {
  std::vector<double> out(m * m);
  constexpr std::int64_t kTile = 16;
  for_each_block(pool, m, kTile, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t j = 0; j < first + count; ++j)
      for (std::int64_t i = std::max(first, j); i < first + count; ++i) {
        out[i * m + j] = out[j * m + i] = lanes().dot(rows.data() + i * width, rows.data() + j * width, width);
      }
  });
  return out;
}

class Fitter {
 public:
  Fitter(MatView<const float> points, std::int64_t components, ThreadPool& pool)
      : points_(points),
        pool_(pool),
        fit_{.components_count = std::min({components, points.rows, points.cols}), .mean = column_means(points, pool)},
        products_(points, fit_.mean, pool) {
    // Sums of floats in double overflow for nothing else: one pass over the points less.
    if (!std::all_of(fit_.mean.begin(), fit_.mean.end(), [](double v) { return std::isfinite(v); }))
      require_finite(points, pool);
  }

  PcaFit exact() {
    const std::int64_t n = points_.rows, d = points_.cols, m = std::min(n, d);
    precise_ = static_cast<double>(n) * static_cast<double>(d) * static_cast<double>(m) <= kPreciseWork;
    std::vector<double> products;
    if (precise_) {
      products = gram(d <= n ? centred(true) : centred(false), m, std::max(n, d), pool_);
    } else {
      products = d <= n ? products_.covariance() : products_.gram();
    }
    for (std::int64_t i = 0; i < m; ++i) fit_.total_variance += products[i * m + i] / denominator();
    // Inverse iteration pays while most vectors are not wanted.
    const bool few = fit_.components_count <= m / 4;
    const SymmetricEigen eigen = few ? leading_eigen(std::move(products), m, fit_.components_count, pool_)
                                     : symmetric_eigen(std::move(products), m);
    for (std::int64_t c = 0; c < fit_.components_count; ++c) {
      const double value = std::max(0.0, eigen.values[c]);
      fit_.variances.push_back(value / denominator());
      const double* const vector = eigen.vectors.data() + c * m;
      if (d <= n) {
        fit_.components.insert(fit_.components.end(), vector, vector + d);
      } else {
        append_row_combination(vector, value > 1e-20 * eigen.values[0] ? 1 / std::sqrt(value) : 0);
      }
    }
    return finish();
  }

  PcaFit randomised(std::uint64_t seed) {
    constexpr std::int64_t kMore = 10;
    constexpr int kPowerIterations = 7;
    const std::int64_t n = points_.rows, d = points_.cols, l = std::min({fit_.components_count + kMore, n, d});
    std::vector<double> directions(l * d);  // rows
    const CounterRng rng(seed, 0x706361);
    for (std::int64_t i = 0; i < l * d; ++i) directions[i] = rng.normal(i);
    orthonormalise(directions, l, d);
    std::vector<double> images;  // (l, n): the points along the directions
    for (int i = 0; i <= kPowerIterations; ++i) {
      images = transposed(project(directions, l), n, l);
      orthonormalise(images, l, n);
      directions = products_.combined(images, l);  // (l, d) = images * centred points
      if (i < kPowerIterations) orthonormalise(directions, l, d);
    }
    const SymmetricEigen eigen = symmetric_eigen(gram(directions, l, d, pool_), l);
    for (std::int64_t c = 0; c < fit_.components_count; ++c) {
      const double value = std::max(0.0, eigen.values[c]);
      fit_.variances.push_back(value / denominator());
      const double scale = value > 1e-20 * eigen.values[0] ? 1 / std::sqrt(value) : 0;
      std::vector<double> component(d);
      for (std::int64_t i = 0; i < l; ++i)
        for (std::int64_t j = 0; j < d; ++j) component[j] += scale * eigen.vectors[c * l + i] * directions[i * d + j];
      fit_.components.insert(fit_.components.end(), component.begin(), component.end());
    }
    fit_.total_variance = products_.squares() / denominator();
    return finish();
  }

 private:
  double denominator() const { return static_cast<double>(std::max<std::int64_t>(1, points_.rows - 1)); }

  /// The centred points, (n, d) or transposed.
  std::vector<double> centred(bool transposed) const {
    const std::int64_t n = points_.rows, d = points_.cols;
    std::vector<double> out(n * d);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < d; ++j)
        out[transposed ? j * n + i : i * d + j] = static_cast<double>(points_.row(i)[j]) - fit_.mean[j];
    return out;
  }

  void append_row_combination(const double* weights, double scale) {
    std::vector<double> component(points_.cols);
    for (std::int64_t i = 0; i < points_.rows; ++i)
      for (std::int64_t j = 0; j < points_.cols; ++j)
        component[j] += scale * weights[i] * (static_cast<double>(points_.row(i)[j]) - fit_.mean[j]);
    fit_.components.insert(fit_.components.end(), component.begin(), component.end());
  }

  static std::vector<double> transposed(const std::vector<double>& a, std::int64_t rows, std::int64_t columns) {
    std::vector<double> out(rows * columns);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) out[j * rows + i] = a[i * columns + j];
    return out;
  }

  /// (n, l): column c holds the centred points along direction c of `directions` (l, d).
  std::vector<double> project(const std::vector<double>& directions, std::int64_t l) const {
    if (!precise_) return products_.along(directions, l);
    const std::int64_t n = points_.rows, d = points_.cols;
    std::vector<double> out(n * l);
    for_each_block(pool_, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      for (std::int64_t i = first; i < first + count; ++i)
        for (std::int64_t c = 0; c < l; ++c) {
          double sum = 0;
          for (std::int64_t j = 0; j < d; ++j)
            sum += directions[c * d + j] * (static_cast<double>(points_.row(i)[j]) - fit_.mean[j]);
          out[i * l + c] = sum;
        }
    });
    return out;
  }

  /// Gram-Schmidt, twice, which is enough; rows that depend on others become zero.
  static void orthonormalise(std::vector<double>& rows, std::int64_t m, std::int64_t width) {
    for (std::int64_t i = 0; i < m; ++i) {
      double* const row = rows.data() + i * width;
      const double before = lanes().dot(row, row, width);
      for (int pass = 0; pass < 2; ++pass)
        for (std::int64_t j = 0; j < i; ++j) {
          const double* const earlier = rows.data() + j * width;
          lanes().subtract(lanes().dot(row, earlier, width), earlier, row, width);
        }
      const double after = lanes().dot(row, row, width), scale = after > 1e-24 * before ? 1 / std::sqrt(after) : 0;
      for (std::int64_t k = 0; k < width; ++k) row[k] *= scale;
    }
  }

  PcaFit finish() {
    const std::int64_t d = points_.cols, k = fit_.components_count;
    for (std::int64_t c = 0; c < k; ++c) {
      double* const row = fit_.components.data() + c * d;
      const double* const largest =
          std::max_element(row, row + d, [](double a, double b) { return std::abs(a) < std::abs(b); });
      if (*largest < 0)
        for (std::int64_t j = 0; j < d; ++j) row[j] = -row[j];
    }
    fit_.scores = project(fit_.components, k);
    return std::move(fit_);
  }

  MatView<const float> points_;
  ThreadPool& pool_;
  PcaFit fit_;
  CentredProducts products_;
  bool precise_ = false;
};

}  // namespace

PcaFit fit_pca(MatView<const float> points, std::int64_t components, std::uint64_t seed, ThreadPool& pool,
               PcaSolver solver) {
  if (points.rows == 0 || points.cols == 0) return {};
  Fitter fitter(points, components, pool);
  const bool exact =
      solver == PcaSolver::kExact || (solver == PcaSolver::kAuto && std::min(points.rows, points.cols) <= kExactLimit);
  return exact ? fitter.exact() : fitter.randomised(seed);
}

}  // namespace sememe
