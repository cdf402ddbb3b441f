#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "map/symmetric_eigen.h"
#include "map/tridiagonal.h"

namespace sememe {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

/// How many eigenvalues of T are greater than x (Sturm's sequence).
std::int64_t count_above(const Tridiagonal& t, double x, double least) {
  std::int64_t count = 0;
  double q = 1;
  for (std::int64_t i = 0; i < t.n; ++i) {
    const double e = i > 0 ? t.below[i - 1] : 0;
    q = t.diagonal[i] - x - (i > 0 ? e * e / q : 0);
    if (std::abs(q) < least) q = -least;
    count += q > 0 ? 1 : 0;
  }
  return count;
}

/// The k largest eigenvalues, descending, by halving.
std::vector<double> largest_values(const Tridiagonal& t, std::int64_t k, double size) {
  const double least = std::max(size * kEps * kEps, std::numeric_limits<double>::min());
  std::vector<double> out;
  double top = size * (1 + 4 * kEps) + least;
  for (std::int64_t c = 0; c < k; ++c) {
    double low = -size * (1 + 4 * kEps) - least, high = top;  // more than c of them lie above low, at most c above high
    while (true) {
      const double middle = low + (high - low) / 2;
      if (!(middle > low && middle < high) || high - low <= kEps * std::max(std::abs(low), std::abs(high))) break;
      (count_above(t, middle, least) > c ? low : high) = middle;
      if (high - low <= kEps * kEps * size) break;
    }
    const double value = low + (high - low) / 2;
    out.push_back(std::abs(value) <= 2 * least ? 0 : value);
    top = high;
  }
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
  double before = 0, after = 0;
  for (std::int64_t j = 0; j < n; ++j) before += x[j] * x[j];
  for (int pass = 0; pass < 2; ++pass)
    for (std::int64_t c = 0; c < count; ++c) {
      double along = 0;
      for (std::int64_t j = 0; j < n; ++j) along += rows[c * n + j] * x[j];
      for (std::int64_t j = 0; j < n; ++j) x[j] -= along * rows[c * n + j];
    }
  for (std::int64_t j = 0; j < n; ++j) after += x[j] * x[j];
  if (!(after > 1e-28 * before)) return false;
  for (std::int64_t j = 0; j < n; ++j) x[j] /= std::sqrt(after);
  return true;
}

}  // namespace

SymmetricEigen leading_eigen(std::vector<double> a, std::int64_t n, std::int64_t k) {
  constexpr int kSolves = 4;  // one or two are enough unless chance starts badly
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
  SymmetricEigen out{.values = largest_values(t, k, size), .vectors = std::vector<double>(k * n)};
  const CounterRng rng(1, 0x656967);
  for (std::int64_t c = 0; c < k; ++c) {
    double* const x = out.vectors.data() + c * n;
    const Shifted shifted(t, out.values[c], size);
    std::uint64_t drawn = static_cast<std::uint64_t>(c * n * (kSolves + 1));
    const auto draw = [&] {
      for (std::int64_t j = 0; j < n; ++j) x[j] = static_cast<double>(rng.uniform(drawn++)) - 0.5;
      orthonormalise(out.vectors.data(), c, n, x);
    };
    draw();
    for (int solve = 0; solve < kSolves; ++solve) {
      shifted.solve(x);
      if (!orthonormalise(out.vectors.data(), c, n, x)) draw();
    }
  }
  for (std::int64_t c = 0; c < k; ++c) back_transform(t, out.vectors.data() + c * n);
  for (double& value : out.values) value /= scale;
  return out;
}

}  // namespace sememe
