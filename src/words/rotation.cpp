#include "words/rotation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "words/noise.h"

namespace sememe {
namespace {

constexpr std::int64_t kRounds = 4;

using Four = float __attribute__((vector_size(16)));

Four load(const float* p) {
  Four v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
void store(float* p, Four v) { std::memcpy(p, &v, sizeof v); }

/// Each a, b of x[i], y[i] becomes scale (a + b), scale (a - b).
void add_and_subtract(float* x, float* y, std::int64_t n, float scale) {
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const Four a = load(x + i), b = load(y + i);
    store(x + i, scale * (a + b));
    store(y + i, scale * (a - b));
  }
  for (; i < n; ++i) {
    const float a = x[i], b = y[i];
    x[i] = scale * (a + b);
    y[i] = scale * (a - b);
  }
}

/// The sums and differences of neighbours, then of those two apart, four and so on. `size` is a power of two.
void hadamard(float* x, std::int64_t size) {
  if (size < 4) {
    if (size == 2) add_and_subtract(x, x + 1, 1, 1);
    return;
  }
  constexpr Four kOdd = {1, -1, 1, -1}, kUpper = {1, 1, -1, -1};
  for (std::int64_t i = 0; i < size; i += 4) {
    Four v = load(x + i);
    v = __builtin_shufflevector(v, v, 1, 0, 3, 2) + kOdd * v;
    store(x + i, __builtin_shufflevector(v, v, 2, 3, 0, 1) + kUpper * v);
  }
  for (std::int64_t half = 4; half < size; half *= 2)
    for (std::int64_t first = 0; first < size; first += 2 * half)
      for (std::int64_t i = first; i < first + half; i += 4) {
        const Four a = load(x + i), b = load(x + i + half);
        store(x + i, a + b);
        store(x + i + half, a - b);
      }
}

}  // namespace

Rotation::Rotation(std::int64_t dim)
    : dim_(dim),
      part_(static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(dim)))),
      signs_(kRounds * dim) {
  constexpr std::uint64_t kSeed = 1;
  RandomStream random(kSeed, 0);
  for (std::int64_t round = 0; round < kRounds; ++round) {
    const std::int64_t first = round % 2 == 0 ? 0 : dim - part_;
    for (std::int64_t i = 0; i < dim; ++i) signs_[round * dim + i] = random.below(2) == 0 ? -1.0f : 1.0f;
    const auto keep = static_cast<float>(1 / std::sqrt(static_cast<double>(part_)));
    for (std::int64_t i = first; i < first + part_; ++i) signs_[round * dim + i] *= keep;
  }
}

void Rotation::apply(float* x) const {
  constexpr float kHalf = 0.70710678f;
  const std::int64_t pairs = dim_ / 2;
  for (std::int64_t round = 0; round < kRounds; ++round) {
    const float* const signs = signs_.data() + round * dim_;
    std::int64_t i = 0;
    for (; i + 4 <= dim_; i += 4) store(x + i, load(x + i) * load(signs + i));
    for (; i < dim_; ++i) x[i] *= signs[i];
    hadamard(x + (round % 2 == 0 ? 0 : dim_ - part_), part_);
    if (round % 2 == 1 && part_ < dim_) add_and_subtract(x, x + dim_ - pairs, pairs, kHalf);
  }
}

}  // namespace sememe
