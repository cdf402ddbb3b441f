#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "base/rng.h"

namespace sememe {

/// n numbers, normally distributed; the same for one stream.
inline Buffer<float> random_floats(std::int64_t n, std::uint64_t stream) {
  const CounterRng rng(1, stream);
  Buffer<float> x(n);
  for (std::int64_t i = 0; i < n; ++i) x[i] = rng.normal(static_cast<std::uint64_t>(i));
  return x;
}

}  // namespace sememe
