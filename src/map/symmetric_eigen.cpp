#include "map/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sememe {
namespace {

/// A symmetric tridiagonal matrix T = Q^T A Q with Q = H_0 H_1 ..., H_k = I - scale_k v_k v_k^T.
struct Tridiagonal {
  std::vector<double> diagonal, below;  // n, n (the last of `below` is 0)
  std::vector<double> reflectors;       // (n, n): v_k in row k, from column k + 1
  std::vector<double> scales;           // n
};

Tridiagonal tridiagonalise(std::vector<double> a, std::int64_t n) {
  Tridiagonal t{.diagonal = std::vector<double>(n),
                .below = std::vector<double>(n),
                .reflectors = std::vector<double>(n * n),
                .scales = std::vector<double>(n)};
  std::vector<double> p(n);
  for (std::int64_t k = 0; k + 1 < n; ++k) {
    double* const v = t.reflectors.data() + k * n;
    double largest = 0;
    for (std::int64_t i = k + 1; i < n; ++i) largest = std::max(largest, std::abs(v[i] = a[i * n + k]));
    double squares = 0;
    for (std::int64_t i = k + 1; i < n; ++i) squares += largest > 0 ? (v[i] / largest) * (v[i] / largest) : 0;
    const double norm = largest * std::sqrt(squares);
    const bool below_is_zero = std::all_of(v + k + 2, v + n, [](double x) { return x == 0; });
    if (k + 2 == n || below_is_zero) {
      t.below[k] = v[k + 1];
      continue;  // scale 0: H_k = I
    }
    const double alpha = v[k + 1] > 0 ? -norm : norm;
    t.below[k] = alpha;
    v[k + 1] -= alpha;
    for (std::int64_t i = n - 1; i > k; --i) v[i] /= v[k + 1];  // v[k + 1] becomes 1, last
    squares = 0;
    for (std::int64_t i = k + 1; i < n; ++i) squares += v[i] * v[i];
    const double scale = t.scales[k] = 2 / squares;
    // A := H A H on what is left, of which only the lower half is kept: p = scale A v, w = p - (scale p.v / 2) v.
    std::fill(p.begin(), p.end(), 0.0);
    for (std::int64_t i = k + 1; i < n; ++i) {
      const double* const row = a.data() + i * n;
      double sum = row[i] * v[i];
      for (std::int64_t j = k + 1; j < i; ++j) {
        sum += row[j] * v[j];
        p[j] += row[j] * v[i];
      }
      p[i] += sum;
    }
    double along = 0;
    for (std::int64_t i = k + 1; i < n; ++i) along += (p[i] *= scale) * v[i];
    for (std::int64_t i = k + 1; i < n; ++i) p[i] -= scale * along / 2 * v[i];
    for (std::int64_t i = k + 1; i < n; ++i) {
      double* const row = a.data() + i * n;
      for (std::int64_t j = k + 1; j <= i; ++j) row[j] -= v[i] * p[j] + p[i] * v[j];
    }
  }
  for (std::int64_t i = 0; i < n; ++i) t.diagonal[i] = a[i * n + i];
  return t;
}

/// Diagonalises T by rotations of neighbours, which are applied to the rows of z as well.
void implicit_ql(std::vector<double>& d, std::vector<double>& e, std::vector<double>& z, std::int64_t n) {
  constexpr double kEps = std::numeric_limits<double>::epsilon();
  constexpr int kMostRounds = 200;  // two or three are usual
  double size = 0;
  for (std::int64_t i = 0; i < n; ++i) size = std::max(size, std::abs(d[i]) + std::abs(e[i]));
  for (std::int64_t l = 0; l < n; ++l)
    for (int round = 0; round < kMostRounds; ++round) {
      std::int64_t m = l;
      while (m + 1 < n && std::abs(e[m]) > kEps * (std::abs(d[m]) + std::abs(d[m + 1])) &&
             std::abs(e[m]) > kEps * kEps * size)
        ++m;
      if (m == l) break;
      double g = (d[l + 1] - d[l]) / (2 * e[l]), r = std::hypot(g, 1.0);
      g = d[m] - d[l] + e[l] / (g + std::copysign(r, g));
      double s = 1, c = 1, p = 0;
      std::int64_t i = m - 1;
      for (; i >= l; --i) {
        const double f = s * e[i], b = c * e[i];
        e[i + 1] = r = std::hypot(f, g);
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        double* const upper = z.data() + i * n;
        double* const lower = upper + n;
        for (std::int64_t k = 0; k < n; ++k) {
          const double x = lower[k], y = upper[k];
          lower[k] = s * y + c * x;
          upper[k] = c * y - s * x;
        }
      }
      if (r == 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> a, std::int64_t n) {
  Tridiagonal t = tridiagonalise(std::move(a), n);
  std::vector<double> z(n * n);
  for (std::int64_t i = 0; i < n; ++i) z[i * n + i] = 1;
  implicit_ql(t.diagonal, t.below, z, n);

  std::vector<std::int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return t.diagonal[i] > t.diagonal[j]; });
  SymmetricEigen out;
  out.vectors.resize(n * n);
  for (std::int64_t i = 0; i < n; ++i) {
    out.values.push_back(t.diagonal[order[i]]);
    double* const x = out.vectors.data() + i * n;
    std::copy_n(z.data() + order[i] * n, n, x);
    for (std::int64_t k = n - 2; k >= 0; --k) {  // x := Q x
      if (t.scales[k] == 0) continue;
      const double* const v = t.reflectors.data() + k * n;
      double along = 0;
      for (std::int64_t j = k + 1; j < n; ++j) along += v[j] * x[j];
      along *= t.scales[k];
      for (std::int64_t j = k + 1; j < n; ++j) x[j] -= along * v[j];
    }
  }
  return out;
}

}  // namespace sememe
