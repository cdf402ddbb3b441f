#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe {

/// Principal components of n points of D dimensions.
struct PcaFit {
  std::int64_t components_count = 0;  ///< k = min(wanted, n, D)
  std::vector<double> mean;           ///< D
  std::vector<double> components;     ///< (k, D), unit rows (a row is zero where the points span fewer dimensions)
  std::vector<double> variances;      ///< k, descending, of n - 1
  std::vector<double> scores;         ///< (n, k): the centred points along the components
  double total_variance = 0;
};

enum class PcaSolver { kAuto, kExact, kRandomised };

/// kAuto is exact by the covariance or the Gram matrix, whichever is smaller, up to 1,100; beyond, randomised.
///
/// Values   in double for small input, else products in float32 summed in double (relative error some 1e-6). The
///          largest component of each direction is positive. Same bits for any pool.
/// Errors   kInvalidArgument: a component that is NaN or infinite (says in which row).
/// Source   Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1 (10 more directions, 7 power iterations); signs as
///          scikit-learn's svd_flip(u_based_decision=False).
PcaFit fit_pca(MatView<const float> points, std::int64_t components, std::uint64_t seed, ThreadPool& pool,
               PcaSolver solver = PcaSolver::kAuto);

}  // namespace sememe
