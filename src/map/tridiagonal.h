#pragma once

#include <cstdint>
#include <vector>

namespace sememe {

/// A symmetric tridiagonal matrix T = Q^T A Q with Q = H_0 H_1 ..., H_k = I - scale_k v_k v_k^T.
struct Tridiagonal {
  std::int64_t n = 0;
  std::vector<double> diagonal, below;  ///< n, n (the last of `below` is 0)
  std::vector<double> reflectors;       ///< (n, n): v_k in row k, from column k + 1
  std::vector<double> scales;           ///< n
};

/// `a`: (n, n) row-major; only read where column <= row. Source   Golub & Van Loan, 4th ed., 8.3.1.
Tridiagonal tridiagonalise(std::vector<double> a, std::int64_t n);

/// x := Q x: a vector of n in the basis of T becomes one in the basis of A.
void back_transform(const Tridiagonal& t, double* x);

}  // namespace sememe
