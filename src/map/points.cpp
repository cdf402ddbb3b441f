#include "map/points.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "kernels/kernels.h"

namespace sememe {

void require_finite(MatView<const float> points, ThreadPool& pool) {
  for_each_block(pool, points.rows, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      if (!kernels().all_finite(points.row(i), points.cols))
        fail(ErrorCode::kInvalidArgument, "map: row ", i, ": expected finite numbers, found NaN or infinity; ",
             "remove the row");
  });
}

double exact_distance(std::span<const float> a, std::span<const float> b, MapMetric metric) {
  double ab = 0, aa = 0, bb = 0, squares = 0;
  if (metric == MapMetric::kEuclidean) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double d = static_cast<double>(a[i]) - b[i];
      squares += d * d;
    }
    return std::sqrt(squares);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return aa > 0 && bb > 0 ? std::max(0.0, 1 - ab / std::sqrt(aa * bb)) : 1;
}

bool unit_row(std::span<const float> from, float* to) {
  double squares = 0;
  for (const float v : from) squares += static_cast<double>(v) * v;
  const double factor = squares > 0 ? 1 / std::sqrt(squares) : 0;
  for (std::size_t j = 0; j < from.size(); ++j) to[j] = static_cast<float>(from[j] * factor);
  return squares > 0;
}

PointDistances::PointDistances(MatView<const float> points, MapMetric metric, ThreadPool& pool)
    : points_(points), metric_(metric) {
  if (points.rows <= kPreciseLimit || metric != MapMetric::kCosine) return;
  unit_rows_ = Buffer<float>(points.rows * points.cols);
  lengths_ = Buffer<float>(points.rows);
  for_each_block(pool, points.rows, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      lengths_[i] = unit_row(points.row_span(i), unit_rows_.data() + i * points.cols) ? 1.0F : 0.0F;
  });
}

double PointDistances::operator()(std::int64_t i, std::int64_t j) const {
  const std::int64_t d = points_.cols;
  if (points_.rows <= kPreciseLimit) return exact_distance(points_.row_span(i), points_.row_span(j), metric_);
  if (metric_ == MapMetric::kEuclidean) {
    const double squared = static_cast<double>(kernels().squared_distance(points_.row(i), points_.row(j), d));
    return std::isfinite(squared) ? std::sqrt(squared)
                                  : exact_distance(points_.row_span(i), points_.row_span(j), metric_);
  }
  if (lengths_[i] * lengths_[j] == 0) return 1;
  return static_cast<double>(kernels().squared_distance(unit_rows_.data() + i * d, unit_rows_.data() + j * d, d)) / 2;
}

}  // namespace sememe
