#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// The points as the products want them: unit rows (cosine), or moved to their mean and scaled so that no square
/// overflows (Euclidean), with what is added to a product to rank: -|y|^2 / 2.
struct Prepared {
  Buffer<float> rows;
  Buffer<float> bias;
  Buffer<float> lengths;  ///< cosine: 1, or 0 of zero vectors
};

/// What the coordinates of all points are moved by, and multiplied with.
struct Frame {
  std::vector<double> mean;
  double scale = 1;
};

/// The frame of points, and of queries, which may be none.
Frame frame_of(MatView<const float> points, MatView<const float> queries, MapMetric metric);

Prepared prepare(MatView<const float> points, const Frame& frame, MapMetric metric, ThreadPool& pool);

/// Distance of row i of one and row j of another, of d coordinates, in float32.
double prepared_distance(const Prepared& a, std::int64_t i, const Prepared& b, std::int64_t j, std::int64_t d,
                         const Frame& frame, MapMetric metric);

}  // namespace sememe
