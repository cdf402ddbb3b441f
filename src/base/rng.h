#pragma once

#include <array>
#include <cstdint>

namespace sememe {

/// Counter-based random numbers: value i of stream s under seed k is a pure function of (k, s, i), so any
/// number of threads draws the same numbers in any order.
/// Source  Philox4x32-10, Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
class CounterRng {
 public:
  CounterRng(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  /// Block `index`: four independent uniform 32-bit words.
  std::array<std::uint32_t, 4> block(std::uint64_t index) const;
  /// Word `index` of the stream (word i of block i / 4).
  std::uint32_t word(std::uint64_t index) const { return block(index / 4)[index % 4]; }
  /// Uniform in [0, 1), 24 bits.
  float uniform(std::uint64_t index) const { return static_cast<float>(word(index) >> 8) * 0x1p-24f; }
  /// Standard normal (Box-Muller, in double, of block `index`).
  float normal(std::uint64_t index) const;
  /// Uniform in [0, bound), without bias; bound >= 1.
  std::uint32_t below(std::uint64_t index, std::uint32_t bound) const;

 private:
  std::uint64_t seed_, stream_;
};

}  // namespace sememe
