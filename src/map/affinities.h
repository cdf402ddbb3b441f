#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "map/knn_graph.h"

namespace sememe {

/// A sparse symmetric (n, n) matrix, rows by ascending column.
struct SparseMatrix {
  std::int64_t n = 0;
  std::vector<std::int64_t> begins;   ///< n + 1
  std::vector<std::int32_t> columns;  ///< begins[n]
  std::vector<double> values;
};

/// p(j | i) for each point and its neighbours: Gaussians whose width gives the distribution of row i the wanted
/// perplexity.
struct Conditionals {
  std::vector<double> values;  ///< (n, k), rows sum to 1
  std::vector<double> beta;    ///< n: 1 / (2 sigma^2)
};

/// Values   the perplexity is met to 1e-12 where it can be: not among equally near neighbours, whose row is even.
/// Source   van der Maaten & Hinton 2008, section 2.
Conditionals conditional_probabilities(KnnView graph, double perplexity, ThreadPool& pool);

/// combine(a_ij, a_ji) of the sparse rows `values` over the graph's indices, 0 where there is no entry; columns and
/// values of a row come out the same for any pool.
SparseMatrix symmetrise(KnnView graph, const std::vector<double>& values, FunctionRef<double(double, double)> combine,
                        ThreadPool& pool);

/// The joint probabilities of t-SNE: (p(j | i) + p(i | j)) / 2n. They sum to 1.
SparseMatrix joint_probabilities(KnnView graph, double perplexity, ThreadPool& pool);

}  // namespace sememe
