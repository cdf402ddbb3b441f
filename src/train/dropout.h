#pragma once

#include <cstdint>
#include <type_traits>

#include "base/rng.h"
#include "kernels/training.h"

namespace sememe::train {

/// Dropout by counter-based random numbers: what is dropped is a function of seed, step, place and row alone, so that
/// backward makes the mask of forward again, and threads, batches and resumed runs make the same.
struct Dropout {
  double rate = 0;  ///< 0: nothing is dropped
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::int64_t first_token = 0;  ///< of this batch in the whole batch of the step
  double adapter_rate = 0;       ///< as `rate`, of what goes into LoRA adapters

  /// x[i] = 0 with probability `rate` (a multiple of 2^-16), else x[i] / (1 - rate), for row `row` of `place`.
  template <class T>
  void apply(std::uint64_t place, std::uint64_t row, T* x, std::int64_t n) const {
    if (rate <= 0) return;
    const auto threshold = static_cast<std::uint32_t>(rate * 65536);
    const T factor = T(1 / (1 - rate));
    const std::uint64_t base = row << 14;  // blocks of eight values: 131,072 a row; more go on into the next row's
    if constexpr (std::is_same_v<T, float>)
      return training_kernels().dropout(seed, step << 16 | place, base, threshold, factor, x, n);
    const CounterRng random(seed, step << 16 | place);
    for (std::int64_t i = 0; i < n; i += 8) {
      const auto words = random.block(base + static_cast<std::uint64_t>(i / 8));
      for (std::int64_t j = i; j < i + 8 && j < n; ++j) {
        const std::uint32_t word = words[static_cast<std::size_t>(j - i) / 2], half = (j % 2 == 0 ? word : word >> 16);
        x[j] = (half & 0xFFFF) >= threshold ? x[j] * factor : T(0);
      }
    }
  }
};

}  // namespace sememe::train
