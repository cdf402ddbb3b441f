#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/rng.h"

namespace sememe::test {

/// n random floats (normal) that start `offset` floats past an aligned place, with marked floats before and after.
class Guarded {
 public:
  Guarded(std::int64_t n, std::int64_t offset, std::uint64_t stream)
      : memory_(static_cast<std::size_t>(n + offset + 2 * kGuard), kMark), n_(n), offset_(offset) {
    const CounterRng rng(2026, stream);
    for (std::int64_t i = 0; i < n; ++i) data()[i] = rng.normal(static_cast<std::uint64_t>(i));
  }
  float* data() { return memory_.data() + kGuard + offset_; }
  const float* data() const { return memory_.data() + kGuard + offset_; }
  /// Nothing outside the n floats was written.
  bool intact() const {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i) - kGuard - offset_;
      if ((at < 0 || at >= n_) && memory_[i] != kMark) return false;
    }
    return true;
  }

 private:
  static constexpr std::int64_t kGuard = 64;
  static constexpr float kMark = 12345.678F;
  std::vector<float> memory_;
  std::int64_t n_, offset_;
};

}  // namespace sememe::test
