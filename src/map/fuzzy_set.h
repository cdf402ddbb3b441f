#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "map/affinities.h"
#include "map/knn_graph.h"

namespace sememe {

/// How far each point's neighbourhood reaches: a neighbour at distance d belongs to it by exp(-max(0, d - rho) /
/// sigma).
struct Reach {
  std::vector<double> rhos, sigmas;  ///< n each
};

/// Values   sigma makes the memberships of a row sum to log2(neighbors), as well as 64 halvings do. rho is the distance
///          of the nearest neighbour that is not at 0; with `connected` false it is 0 and the nearest neighbour does
///          not count, as umap-learn has it for new points.
/// Source   McInnes, Healy & Melville 2018, algorithm 3; bounds of sigma as umap-learn's.
Reach reach_of(KnnView graph, std::int64_t neighbors, bool connected, ThreadPool& pool);

/// (n, k): how much each neighbour belongs to the neighbourhood of its row.
std::vector<double> memberships(KnnView graph, const Reach& reach, ThreadPool& pool);

/// The fuzzy set of UMAP: an edge is there if either of its ends says so, a + b - ab.
SparseMatrix fuzzy_union(KnnView graph, std::int64_t neighbors, ThreadPool& pool);

/// Weakens edges between points of different labels (`apart`: e^-apart of them stays) and those of unknown labels
/// (e^-1), then makes every point connected anew. Labels: one a point, -1 is unknown.
/// Source   umap-learn's categorical_simplicial_set_intersection and reset_local_connectivity.
void separate_labels(SparseMatrix& graph, std::span<const std::int32_t> labels, double apart, ThreadPool& pool);

}  // namespace sememe
