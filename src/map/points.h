#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// Rows handled by one job: results never depend on how jobs fall to threads.
inline constexpr std::int64_t kRowBlock = 256;

/// Errors  kInvalidArgument: a component that is NaN or infinite (says in which row).
void require_finite(MatView<const float> points, ThreadPool& pool);

/// Distance of two vectors in double: |a - b|, or 1 - cos(a, b), which is 1 if one of them is zero.
double exact_distance(std::span<const float> a, std::span<const float> b, MapMetric metric);

/// Writes `from`, scaled to length 1, to `to`; a zero vector stays one. Returns whether it has a length.
bool unit_row(std::span<const float> from, float* to);

/// Distances within one set of points: exact_distance() up to 4,096 points, else in float32, from unit rows for cosine.
class PointDistances {
 public:
  static constexpr std::int64_t kPreciseLimit = 4096;

  PointDistances(MatView<const float> points, MapMetric metric, ThreadPool& pool);
  double operator()(std::int64_t i, std::int64_t j) const;

 private:
  MatView<const float> points_;
  MapMetric metric_;
  Buffer<float> unit_rows_;  ///< cosine of many points; zero vectors stay zero
  Buffer<float> lengths_;    ///< of unit_rows_: 1, or 0
};

}  // namespace sememe
