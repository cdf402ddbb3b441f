#include "map/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "map/tridiagonal.h"

namespace sememe {
namespace {

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
    back_transform(t, x);
  }
  return out;
}

}  // namespace sememe
