#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe {

/// The k nearest of each point of a map, itself left out, nearest first; of equally near ones the lower index first.
/// Found cell by cell on a grid, so that a million points take seconds.
///
/// Shapes   map (N, 2), finite -> (N, k).
/// Values   the same for any pool. Precondition: k < N, or N is 0.
std::vector<std::int32_t> map_neighbors(MatView<const float> map, std::int64_t k, ThreadPool& pool);

/// How many of the first k true neighbours of each point are among its k nearest on the map.
/// Shapes   neighbors (N, stride), each row nearest first, stride >= k.
std::vector<std::uint8_t> kept_neighbors(MatView<const float> map, const std::vector<std::int32_t>& neighbors,
                                         std::int64_t stride, std::int64_t k, ThreadPool& pool);

}  // namespace sememe
