#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "map/lanes.h"
#include "map/symmetric_eigen.h"
#include "map/tridiagonal.h"

namespace sememe {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

constexpr std::int64_t kTogether = 8;  // eigenvalues that are looked for side by side: a division takes long to come

struct Interval {
  double low, high;

  double middle() const { return low + (high - low) / 2; }
  bool narrow(double size) const {
    return !(middle() > low && middle() < high) || high - low <= kEps * std::max(std::abs(low), std::abs(high)) ||
           high - low <= kEps * kEps * size;
  }
};

/// How many eigenvalues of T are greater than each x (Sturm's sequences).
std::array<std::int64_t, kTogether> count_above(const Tridiagonal& t, const std::array<double, kTogether>& x,
                                                double least) {
  std::array<std::int64_t, kTogether> counts = {};
  std::array<double, kTogether> q;
  q.fill(1);
  for (std::int64_t i = 0; i < t.n; ++i) {
    const double squared = i > 0 ? t.below[i - 1] * t.below[i - 1] : 0, diagonal = t.diagonal[i];
    for (std::int64_t c = 0; c < kTogether; ++c) {
      const double next = diagonal - x[c] - squared / q[c];
      q[c] = std::abs(next) < least ? -least : next;
      counts[c] += q[c] > 0 ? 1 : 0;
    }
  }
  return counts;
}

/// The k largest eigenvalues, descending, by halving.
std::vector<double> largest_values(const Tridiagonal& t, std::int64_t k, double size, ThreadPool& pool) {
  const double least = std::max(size * kEps * kEps, std::numeric_limits<double>::min());
  const double bound = size * (1 + 4 * kEps) + least;
  std::vector<double> out(k);
  for_each_block(pool, k, kTogether, [&](std::int64_t first, std::int64_t count, int) {
    std::array<Interval, kTogether> in;  // more than first + c eigenvalues lie above low, at most so many above high
    in.fill({-bound, bound});
    while (!std::all_of(in.begin(), in.end(), [&](const Interval& i) { return i.narrow(size); })) {
      std::array<double, kTogether> middles;
      std::transform(in.begin(), in.end(), middles.begin(), [](const Interval& i) { return i.middle(); });
      const std::array<std::int64_t, kTogether> above = count_above(t, middles, least);
      for (std::int64_t c = 0; c < kTogether; ++c)
        if (!in[c].narrow(size)) (above[c] > std::min(first + c, t.n - 1) ? in[c].low : in[c].high) = middles[c];
    }
    for (std::int64_t c = 0; c < count; ++c) {
      const double value = in[c].middle();
      out[first + c] = std::abs(value) <= 2 * least ? 0 : value;
    }
  });
  return out;
}

/// T - lambda I as L U with row exchanges; solves for one right side at a time.
class Shifted {
 public:
  Shifted(const Tridiagonal& t, double lambda, double size) : n_(t.n), u0_(n_), u1_(n_), u2_(n_), l_(n_), swap_(n_) {
    const double least = std::max(size * kEps, std::numeric_limits<double>::min());
    double a = t.n > 0 ? t.diagonal[0] - lambda : 0, b = t.n > 1 ? t.below[0] : 0;
    for (std::int64_t i = 0; i + 1 < n_; ++i) {
      const double below = t.below[i], next = t.diagonal[i + 1] - lambda, after = i + 2 < n_ ? t.below[i + 1] : 0;
      swap_[i] = std::abs(below) > std::abs(a);
      if (swap_[i]) {
        u0_[i] = below, u1_[i] = next, u2_[i] = after;
        l_[i] = a / below;
        a = b - l_[i] * next;
        b = -l_[i] * after;
      } else {
        u0_[i] = std::abs(a) < least ? least : a, u1_[i] = b, u2_[i] = 0;
        l_[i] = below / u0_[i];
        a = next - l_[i] * b;
        b = after;
      }
    }
    if (n_ > 0) u0_[n_ - 1] = std::abs(a) < least ? least : a;
  }

  void solve(double* x) const {
    for (std::int64_t i = 0; i + 1 < n_; ++i) {
      if (swap_[i]) std::swap(x[i], x[i + 1]);
      x[i + 1] -= l_[i] * x[i];
    }
    for (std::int64_t i = n_ - 1; i >= 0; --i) {
      if (i + 1 < n_) x[i] -= u1_[i] * x[i + 1];
      if (i + 2 < n_) x[i] -= u2_[i] * x[i + 2];
      x[i] /= u0_[i];
    }
  }

 private:
  std::int64_t n_;
  std::vector<double> u0_, u1_, u2_, l_;
  std::vector<char> swap_;
};

/// Takes earlier rows out of x, twice, and scales it to length 1; false if nothing is left of it.
bool orthonormalise(const double* rows, std::int64_t count, std::int64_t n, double* x) {
  double largest = 0;
  for (std::int64_t j = 0; j < n; ++j) largest = std::max(largest, std::abs(x[j]));
  if (!(largest > 0) || !std::isfinite(largest)) return false;
  for (std::int64_t j = 0; j < n; ++j) x[j] /= largest;
  const double before = lanes().dot(x, x, n);
  for (int pass = 0; pass < 2; ++pass)
    for (std::int64_t c = 0; c < count; ++c) lanes().subtract(lanes().dot(rows + c * n, x, n), rows + c * n, x, n);
  const double after = lanes().dot(x, x, n);
  if (!(after > 1e-28 * before)) return false;
  for (std::int64_t j = 0; j < n; ++j) x[j] /= std::sqrt(after);
  return true;
}

}  // namespace

SymmetricEigen leading_eigen(std::vector<double> a, std::int64_t n, std::int64_t k, ThreadPool& pool) {
  constexpr int kSolves = 2;  // one is enough unless chance starts badly
  double largest = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j <= i; ++j) largest = std::max(largest, std::abs(a[i * n + j]));
  int exponent = 0;
  std::frexp(largest, &exponent);
  const double scale = std::ldexp(1.0, std::clamp(-exponent, -1000, 1000));  // squares must not overflow
  for (double& v : a) v *= scale;
  const Tridiagonal t = tridiagonalise(std::move(a), n);
  double size = 0;
  for (std::int64_t i = 0; i < n; ++i)
    size = std::max(size, std::abs(t.diagonal[i]) + std::abs(t.below[i]) + (i > 0 ? std::abs(t.below[i - 1]) : 0));
  SymmetricEigen out{.values = largest_values(t, k, size, pool), .vectors = std::vector<double>(k * n)};
  const CounterRng rng(1, 0x656967);
  for (std::int64_t c = 0; c < k; ++c) {
    double* const x = out.vectors.data() + c * n;
    const Shifted shifted(t, out.values[c], size);
    std::uint64_t drawn = static_cast<std::uint64_t>(c * n * (kSolves + 1));
    const auto draw = [&] {
      for (std::int64_t j = 0; j < n; ++j) x[j] = static_cast<double>(rng.uniform(drawn++)) - 0.5;
    };
    draw();
    for (int solve = 0; solve < kSolves; ++solve) {
      shifted.solve(x);
      if (orthonormalise(out.vectors.data(), c, n, x)) continue;
      draw();
      orthonormalise(out.vectors.data(), c, n, x);
    }
  }
  pool.run(k, [&](std::int64_t c, int) { back_transform(t, out.vectors.data() + c * n); });
  for (double& value : out.values) value /= scale;
  return out;
}

}  // namespace sememe
