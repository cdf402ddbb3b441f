#include "kernels/peak.h"

#include <algorithm>
#include <chrono>

namespace sememe {

double measured_peak(NumberType type, ThreadPool& pool) {
  constexpr std::int64_t kRounds = 100000;  // some milliseconds
  const auto spin = kernels().spin;
  double best = 0;
  for (int sample = 0; sample < 12; ++sample) {
    const auto begin = std::chrono::steady_clock::now();
    double operations = 0;
    pool.run(pool.size(), [&](std::int64_t i, int) {
      const double done = spin(type, kRounds);
      if (i == 0) operations = done * pool.size();
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    // Every thread does the same; one that took two shares because another slept makes the sample slower, not wrong.
    best = std::max(best, operations / seconds.count());
  }
  return best;
}

}  // namespace sememe
