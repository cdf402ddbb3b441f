#include "map/products.h"

#include <algorithm>
#include <optional>
#include <span>

#include "kernels/kernels.h"
#include "kernels/training.h"
#include "map/lanes.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kMostParts = 16;                         // sums that are made side by side, by the points alone
constexpr std::int64_t kStrip = 16;                             // rows of a result that a job adds up
constexpr std::int64_t kBlock = 256;                            // points that a job projects
constexpr std::int64_t kRowsAtOnce = 96, kColumnsAtOnce = 384;  // of a product: its operands stay in L2
constexpr std::int64_t kFew = 4;                                // directions that are not worth panels

}  // namespace

std::vector<double> column_means(MatView<const float> points, ThreadPool& pool) {
  const std::int64_t n = points.rows, d = points.cols;
  const std::int64_t parts = std::clamp<std::int64_t>(n / CentredProducts::kRows, 1, kMostParts);
  std::vector<std::vector<double>> sums(parts);
  pool.run(parts, [&](std::int64_t part, int) {
    sums[part].resize(d);
    for (std::int64_t i = part * n / parts; i < (part + 1) * n / parts; ++i)
      lanes().add_to_sums(points.row(i), sums[part].data(), d);
  });
  std::vector<double> mean(d);
  for (const std::vector<double>& sum : sums)
    for (std::int64_t j = 0; j < d; ++j) mean[j] += sum[j] / static_cast<double>(n);
  return mean;
}

/// What one product needs: y (m, columns) = x (m, count) * w (count, columns); x may be given by its columns.
struct CentredProducts::Block {
  Block(std::int64_t m, std::int64_t columns, bool of_rows)
      : by_columns(of_rows),
        x_stride(of_rows ? columns : padded_stride(kRows)),
        own_x(of_rows ? 0 : m * x_stride),
        w(kRows * columns),
        y(std::min(m, kRowsAtOnce) * columns) {}

  const float* x(std::int64_t row) const { return by_columns ? w.data() + row : own_x.data() + row * x_stride; }

  bool by_columns;  ///< x is w, transposed
  std::int64_t x_stride;
  Buffer<float> own_x, w, y;
};

void CentredProducts::centre(std::int64_t first, std::int64_t count, float* rows) const {
  for (std::int64_t i = 0; i < count; ++i)
    lanes().centre(points_.row(first + i), mean_.data(), rows + i * points_.cols, points_.cols);
}

/// Adds the products of the slices [first, first + count) of [0, length), which fill(block, first, count) makes ready.
template <class Fill>
std::vector<double> CentredProducts::sum_parts(std::int64_t m, std::int64_t columns, Shape shape, std::int64_t length,
                                               Fill fill) const {
  const std::int64_t parts = std::clamp<std::int64_t>(length / (8 * kRows), 1, kMostParts);
  const bool lower = shape != Shape::kAll;
  const auto begin = [&](std::int64_t row) { return lower ? row * (row + 1) / 2 : row * columns; };
  const auto size = [&](std::int64_t row) { return lower ? row + 1 : columns; };
  std::vector<std::vector<double>> sums(parts);
  pool_.run(parts, [&](std::int64_t part, int) {
    std::vector<double>& sum = sums[part];
    sum.resize(begin(m));
    Block block(m, columns, shape == Shape::kSquare);
    const std::int64_t end = (part + 1) * length / parts;
    for (std::int64_t first = part * length / parts; first < end; first += kRows) {
      const std::int64_t count = std::min(kRows, end - first);
      fill(block, first, count);
      for (std::int64_t row = 0; row < m; row += kRowsAtOnce) {
        const std::int64_t some = std::min(kRowsAtOnce, m - row), wanted = lower ? row + some : columns;
        for (std::int64_t column = 0; column < wanted; column += kColumnsAtOnce)
          training_kernels().gemm_plain({.x = block.x(row),
                                         .x_stride = block.x_stride,
                                         .x_by_columns = block.by_columns,
                                         .w = block.w.data() + column,
                                         .w_stride = columns,
                                         .y = block.y.data() + column,
                                         .y_stride = columns,
                                         .m = some,
                                         .n = std::min(kColumnsAtOnce, wanted - column),
                                         .k = count});
        for (std::int64_t i = row; i < row + some; ++i)
          lanes().add_to_sums(block.y.data() + (i - row) * columns, sum.data() + begin(i), size(i));
      }
    }
  });
  std::vector<double> out(m * columns);
  for_each_block(pool_, m, kStrip, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (const std::vector<double>& sum : sums)
        for (std::int64_t j = 0; j < size(i); ++j) out[i * columns + j] += sum[begin(i) + j];
  });
  return out;
}

std::vector<double> CentredProducts::covariance() const {
  const std::int64_t d = points_.cols;
  return sum_parts(d, d, Shape::kSquare, points_.rows,
                   [&](Block& block, std::int64_t first, std::int64_t count) { centre(first, count, block.w.data()); });
}

std::vector<double> CentredProducts::gram() const {
  const std::int64_t n = points_.rows, d = points_.cols;
  return sum_parts(n, n, Shape::kLower, d, [&](Block& block, std::int64_t first, std::int64_t count) {
    for (std::int64_t i = 0; i < n; ++i) {
      float* const row = block.own_x.data() + i * block.x_stride;
      lanes().centre(points_.row(i) + first, mean_.data() + first, row, count);
      for (std::int64_t k = 0; k < count; ++k) block.w[k * n + i] = row[k];
    }
  });
}

std::vector<double> CentredProducts::along(const std::vector<double>& directions, std::int64_t l) const {
  const std::int64_t n = points_.rows, d = points_.cols;
  std::vector<double> out(n * l);
  const std::vector<float> weights(directions.begin(), directions.end());
  std::optional<Linear> linear;
  if (l > kFew) linear.emplace(MatView<const float>(weights.data(), l, d), std::span<const float>(), pool_);
  std::vector<Buffer<float>> scratch(pool_.size());
  for_each_block(pool_, n, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    scratch[worker].reserve_discard(kBlock * (d + l));
    float* const rows = scratch[worker].data();
    float* const products = rows + kBlock * d;
    centre(first, count, rows);
    if (linear) linear->forward({rows, count, d}, {products, count, l});
    for (std::int64_t e = 0; !linear && e < count * l; ++e)
      products[e] = kernels().dot(rows + e / l * d, weights.data() + e % l * d, d);
    std::copy_n(products, count * l, out.data() + first * l);
  });
  return out;
}

std::vector<double> CentredProducts::combined(const std::vector<double>& weights, std::int64_t l) const {
  const std::int64_t n = points_.rows;
  return sum_parts(l, points_.cols, Shape::kAll, n, [&](Block& block, std::int64_t first, std::int64_t count) {
    for (std::int64_t c = 0; c < l; ++c)
      for (std::int64_t i = 0; i < count; ++i)
        block.own_x[c * block.x_stride + i] = static_cast<float>(weights[c * n + first + i]);
    centre(first, count, block.w.data());
  });
}

double CentredProducts::squares() const {
  std::vector<double> sums(points_.rows);
  std::vector<Buffer<float>> scratch(pool_.size());
  for_each_block(pool_, points_.rows, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    scratch[worker].reserve_discard(points_.cols);
    float* const row = scratch[worker].data();
    for (std::int64_t i = first; i < first + count; ++i) {
      centre(i, 1, row);
      sums[i] = static_cast<double>(kernels().dot(row, row, points_.cols));
    }
  });
  double out = 0;
  for (const double sum : sums) out += sum;
  return out;
}

}  // namespace sememe
