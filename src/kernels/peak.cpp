#include "kernels/peak.h"

#include <algorithm>
#include <chrono>

namespace sememe {

double measured_peak(NumberType type, ThreadPool& pool, std::int64_t milliseconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t kRounds = 100000;  // some milliseconds
  const auto spin = kernels().spin;
  double best = 0;
  const auto start = Clock::now();
  do {
    const auto begin = Clock::now();
    double operations = 0;
    pool.run(pool.size(), [&](std::int64_t i, int) {
      const double done = spin(type, kRounds);
      if (i == 0) operations = done * pool.size();
    });
    const std::chrono::duration<double> seconds = Clock::now() - begin;
    // Every thread does the same; one that took two shares because another slept makes the sample slower, not wrong.
    best = std::max(best, operations / seconds.count());
  } while (Clock::now() - start < std::chrono::milliseconds(milliseconds));
  return best;
}

}  // namespace sememe
