#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/rng.h"
#include "sememe/matrix.h"

namespace sememe::test {

/// `groups` clouds of points, far from each other compared with their size: point i is of cloud i % groups.
inline std::vector<float> clouds(std::int64_t n, std::int64_t d, std::int64_t groups) {
  std::vector<float> x(n * d);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < d; ++j)
      x[i * d + j] = 2 * CounterRng(3, 100 + i % groups).normal(j) + 0.5F * CounterRng(3, 1).normal(i * d + j);
  return x;
}

inline bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && std::memcmp(a.data(), b.data(), sizeof(float) * a.rows() * a.cols()) == 0;
}

}  // namespace sememe::test
