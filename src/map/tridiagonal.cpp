#include "map/tridiagonal.h"

#include <algorithm>
#include <cmath>

#include "map/lanes.h"

namespace sememe {

Tridiagonal tridiagonalise(std::vector<double> a, std::int64_t n) {
  Tridiagonal t{.n = n,
                .diagonal = std::vector<double>(n),
                .below = std::vector<double>(n),
                .reflectors = std::vector<double>(n * n),
                .scales = std::vector<double>(n)};
  const LaneTable& table = lanes();
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
      p[i] += row[i] * v[i] + table.dot_and_add(row + k + 1, v + k + 1, v[i], p.data() + k + 1, i - k - 1);
    }
    double along = 0;
    for (std::int64_t i = k + 1; i < n; ++i) along += (p[i] *= scale) * v[i];
    for (std::int64_t i = k + 1; i < n; ++i) p[i] -= scale * along / 2 * v[i];
    for (std::int64_t i = k + 1; i < n; ++i)
      table.subtract_two(v[i], p.data() + k + 1, p[i], v + k + 1, a.data() + i * n + k + 1, i - k);
  }
  for (std::int64_t i = 0; i < n; ++i) t.diagonal[i] = a[i * n + i];
  return t;
}

void back_transform(const Tridiagonal& t, double* x) {
  for (std::int64_t k = t.n - 2; k >= 0; --k) {
    if (t.scales[k] == 0) continue;
    const double* const v = t.reflectors.data() + k * t.n;
    const std::int64_t rest = t.n - k - 1;
    lanes().subtract(t.scales[k] * lanes().dot(v + k + 1, x + k + 1, rest), v + k + 1, x + k + 1, rest);
  }
}

}  // namespace sememe
