#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "map/prepared.h"
#include "nn/rows.h"

namespace sememe {

/// Prepared points in the type of a fast product, and how far its results may be from those of the points themselves.
class CoarseRows {
 public:
  CoarseRows() = default;
  /// Shapes   `prepared` has n rows of d, and must outlive this. `type` is kFloat32, which copies nothing, or
  /// kBfloat16.
  CoarseRows(const Prepared& prepared, std::int64_t n, std::int64_t d, NumberType type, ThreadPool& pool);

  NumberType type() const { return rows_.type; }
  Rows rows(std::int64_t first, std::int64_t count) const { return rows_.slice(first, count); }

  /// The most by which a product of row i with any row of `base`, its bias added, may be off: by Cauchy's inequality
  /// from what rounding took off both rows, and from the rounding of the sum.
  double error(std::int64_t i, const CoarseRows& base) const;

 private:
  RowsBuffer memory_;
  Rows rows_;
  std::vector<float> lengths_, lost_;  ///< of each row, and of what rounding took off it
  double longest_ = 0, most_lost_ = 0;
};

}  // namespace sememe
