#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/thread_pool.h"
#include "map/affinities.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// The parts of a symmetric graph that no edge joins.
struct Components {
  std::int64_t count = 0;
  std::vector<std::int32_t> of;  ///< of each point, numbered by the first point in them
};
Components connected_components(const SparseMatrix& graph);

/// A layout of a graph by the eigenvectors of its normalised Laplacian D^-1/2 (D - W) D^-1/2 that belong to the two
/// smallest eigenvalues above that of the constant; n pairs, the largest of them 1 in size (for many components, more).
///
/// Values   components are laid out one by one: up to four of them around the points (+-1, 0), (0, +-1), more of them
///          around a spectral layout of their centres; parts of four points or fewer by chance. The same bits for any
///          pool. `points` are only looked at where there are several components. An empty result: `keep_going` said
///          false.
/// Source   Ng, Jordan & Weiss 2001; components as umap-learn's multi_component_layout. Eigenvectors by subspace
///          iteration with Chebyshev filters: Zhou, Saad, Tiago & Chelikowsky 2006.
std::vector<double> spectral_layout(const SparseMatrix& graph, MatView<const float> points, MapMetric metric,
                                    std::uint64_t seed, ThreadPool& pool,
                                    const std::function<bool(std::int64_t done, std::int64_t total)>& keep_going = {});

}  // namespace sememe
