#pragma once

#include <cstdint>

namespace sememe {

/// a . b, in four sums that do not wait for each other.
inline double dot(const double* a, const double* b, std::int64_t n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  std::int64_t k = 0;
  for (; k + 4 <= n; k += 4)
    s0 += a[k] * b[k], s1 += a[k + 1] * b[k + 1], s2 += a[k + 2] * b[k + 2], s3 += a[k + 3] * b[k + 3];
  for (; k < n; ++k) s0 += a[k] * b[k];
  return (s0 + s1) + (s2 + s3);
}

/// x -= scale * row.
inline void subtract(double scale, const double* row, double* x, std::int64_t n) {
  for (std::int64_t k = 0; k < n; ++k) x[k] -= scale * row[k];
}

}  // namespace sememe
