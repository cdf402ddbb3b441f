#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace sememe {

/// Eigenvalues, descending, and orthonormal eigenvectors of a symmetric matrix.
struct SymmetricEigen {
  std::vector<double> values;   ///< `n`
  std::vector<double> vectors;  ///< (n, n), row i belongs to values[i]; its sign is arbitrary
};

/// Shapes   a: (n, n) row-major, finite; only read where column <= row. n = 0 is legal.
/// Values   relative to the largest eigenvalue, errors are a small multiple of n * 2^-53.
/// Memory   two more matrices of that size.
/// Source   Householder tridiagonalisation and implicit QL: Golub & Van Loan, 4th ed., 8.3.1 and 8.3.3; the shift and
///          the deflation test of EISPACK's tql2.
SymmetricEigen symmetric_eigen(std::vector<double> a, std::int64_t n);

/// Only the k largest eigenvalues and their vectors, (k, n), in a fraction of the time.
/// Precondition   0 <= k <= n. Same bits for any pool.
/// Source   tridiagonalisation, halving by Sturm's sequence, inverse iteration: Golub & Van Loan, 8.4.1 and 8.2.2.
SymmetricEigen leading_eigen(std::vector<double> a, std::int64_t n, std::int64_t k, ThreadPool& pool);

}  // namespace sememe
