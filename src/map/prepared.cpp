#include "map/prepared.h"

#include <cmath>

#include "kernels/kernels.h"
#include "map/points.h"

namespace sememe {

Frame frame_of(MatView<const float> points, MatView<const float> queries, MapMetric metric) {
  Frame out{.mean = std::vector<double>(points.cols)};
  if (metric == MapMetric::kCosine) return out;
  double largest = 0;
  for (std::int64_t i = 0; i < points.rows; ++i)
    for (std::int64_t j = 0; j < points.cols; ++j) {
      out.mean[j] += points.row(i)[j] / static_cast<double>(points.rows);
      largest = std::max(largest, std::abs(static_cast<double>(points.row(i)[j])));
    }
  for (std::int64_t i = 0; i < queries.rows; ++i)
    for (std::int64_t j = 0; j < queries.cols; ++j)
      largest = std::max(largest, std::abs(static_cast<double>(queries.row(i)[j])));
  int exponent = 0;
  std::frexp(largest, &exponent);
  out.scale = std::ldexp(1.0, largest > 0 ? -exponent : 0);
  return out;
}

Prepared prepare(MatView<const float> points, const Frame& frame, MapMetric metric, ThreadPool& pool) {
  const std::int64_t n = points.rows, d = points.cols;
  Prepared out{.rows = Buffer<float>(n * d), .bias = Buffer<float>(n, 0.0F), .lengths = Buffer<float>(n, 1.0F)};
  for_each_block(pool, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const from = points.row(i);
      float* const to = out.rows.data() + i * d;
      if (metric == MapMetric::kCosine) {
        out.lengths[i] = unit_row(points.row_span(i), to) ? 1.0F : 0.0F;
        continue;
      }
      for (std::int64_t j = 0; j < d; ++j) to[j] = static_cast<float>((from[j] - frame.mean[j]) * frame.scale);
      out.bias[i] = -0.5F * kernels().dot(to, to, d);
    }
  });
  return out;
}

double prepared_distance(const Prepared& a, std::int64_t i, const Prepared& b, std::int64_t j, std::int64_t d,
                         const Frame& frame, MapMetric metric) {
  const auto squared = static_cast<double>(kernels().squared_distance(a.rows.data() + i * d, b.rows.data() + j * d, d));
  if (metric == MapMetric::kEuclidean) return std::sqrt(squared) / frame.scale;
  return a.lengths[i] * b.lengths[j] == 0 ? 1 : squared / 2;  // |a - b|^2 = 2 - 2 cos
}

}  // namespace sememe
