#include "map/spectral.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/buffer.h"
#include "base/rng.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/symmetric_eigen.h"

namespace sememe {
namespace {

constexpr std::int64_t kBlock = 8;    // vectors of the subspace: a row of them is one register
constexpr std::int64_t kDense = 48;   // points up to which the whole matrix is diagonalised
constexpr std::int64_t kDegree = 20;  // of the filter
constexpr std::int64_t kMostRounds = 40;
// Residual of the two wanted vectors, in parts of how far their eigenvalues lie from the largest; no finer than
// float32.
constexpr double kTolerance = 0.02, kLeastResidual = 1e-6;
constexpr std::int64_t kMostCentres = 400;  // components whose centres get a spectral layout

using Small = std::array<double, kBlock * kBlock>;

/// The leading eigenvectors of D^-1/2 W D^-1/2 beside the known one.
class Solver {
 public:
  Solver(const SparseMatrix& graph, std::uint64_t seed, ThreadPool& pool)
      : n_(graph.n),
        graph_(graph),
        pool_(pool),
        weights_(graph.values.size()),
        known_(n_),
        x_(n_ * kBlock),
        y_(n_ * kBlock),
        z_(n_ * kBlock) {
    std::vector<double> degrees(n_);
    double total = 0;
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e) degrees[i] += graph.values[e];
    for (const double degree : degrees) total += degree;
    for (std::int64_t i = 0; i < n_; ++i) {
      known_[i] = static_cast<float>(std::sqrt(degrees[i] / total));
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e)
        weights_[e] = static_cast<float>(graph.values[e] / std::sqrt(degrees[i] * degrees[graph.columns[e]]));
    }
    const CounterRng rng(seed, 0x737065);
    for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      for (std::int64_t i = first * kBlock; i < (first + count) * kBlock; ++i) x_[i] = rng.uniform(i) - 0.5F;
    });
  }

  /// n pairs, columns of length 1; empty if stopped.
  std::vector<double> run(const std::function<bool(std::int64_t, std::int64_t)>& keep_going) {
    rotate();
    for (std::int64_t round = 0; round < kMostRounds; ++round) {
      if (keep_going && !keep_going(round, kMostRounds)) return {};
      filter();
      if (rotate()) break;
    }
    std::vector<double> out(2 * n_);
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t c = 0; c < 2; ++c) out[2 * i + c] = static_cast<double>(x_[i * kBlock + c]);
    return out;
  }

 private:
  /// out = a (M in - shift in) - b before, for each row; `before` may be `out`.
  void apply(const Buffer<float>& in, float a, float shift, float b, Buffer<float>& out) {
    for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      alignas(64) float product[kBlock];
      for (std::int64_t i = first; i < first + count; ++i) {
        const std::int64_t begin = graph_.begins[i];
        lanes().gather_rows(in.data(), graph_.columns.data() + begin, weights_.data() + begin,
                            graph_.begins[i + 1] - begin, product);
        for (std::int64_t c = 0; c < kBlock; ++c) {
          float& to = out[i * kBlock + c];
          to = a * (product[c] - shift * in[i * kBlock + c]) - (b == 0 ? 0 : b * to);
        }
      }
    });
  }

  /// Chebyshev's polynomial that is small on [-1, edge] and grows fast above it.
  void filter() {
    const auto half = static_cast<float>((edge_ + 1) / 2), middle = static_cast<float>((edge_ - 1) / 2);
    apply(x_, 1 / half, middle, 0, y_);
    for (std::int64_t degree = 2; degree <= kDegree; ++degree) {
      apply(y_, 2 / half, middle, 1, x_);  // x := 2 (M - c) / e y - x
      std::swap(x_, y_);
    }
    std::swap(x_, y_);
  }

  /// a^T b of (n, kBlock) each, in double, by blocks that are added in one order.
  Small product(const Buffer<float>& a, const Buffer<float>& b) {
    constexpr std::int64_t kRows = 4096;
    std::vector<Small> parts((n_ + kRows - 1) / kRows);
    for_each_block(pool_, n_, kRows, [&](std::int64_t first, std::int64_t count, int) {
      Small& sum = parts[first / kRows];
      sum = {};
      for (std::int64_t i = first; i < first + count; ++i)
        for (std::int64_t r = 0; r < kBlock; ++r)
          for (std::int64_t c = 0; c < kBlock; ++c)
            sum[r * kBlock + c] += static_cast<double>(a[i * kBlock + r]) * static_cast<double>(b[i * kBlock + c]);
    });
    Small out = {};
    for (const Small& part : parts)
      for (std::size_t e = 0; e < out.size(); ++e) out[e] += part[e];
    return out;
  }

  /// x := x * by, of (n, kBlock) and (kBlock, kBlock).
  void multiply(Buffer<float>& x, const Small& by) {
    for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      for (std::int64_t i = first; i < first + count; ++i) {
        double row[kBlock] = {};
        for (std::int64_t r = 0; r < kBlock; ++r)
          for (std::int64_t c = 0; c < kBlock; ++c)
            row[c] += static_cast<double>(x[i * kBlock + r]) * by[r * kBlock + c];
        for (std::int64_t c = 0; c < kBlock; ++c) x[i * kBlock + c] = static_cast<float>(row[c]);
      }
    });
  }

  /// Takes the known vector out of each column.
  void deflate() {
    double along[kBlock] = {};
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t c = 0; c < kBlock; ++c)
        along[c] += static_cast<double>(known_[i]) * static_cast<double>(x_[i * kBlock + c]);
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t c = 0; c < kBlock; ++c) x_[i * kBlock + c] -= known_[i] * static_cast<float>(along[c]);
  }

  /// Columns of x become orthonormal: x (x^T x)^-1/2, twice, because the first time loses digits.
  void orthonormalise() {
    for (int pass = 0; pass < 2; ++pass) {
      const Small gram = product(x_, x_);
      const SymmetricEigen eigen = symmetric_eigen({gram.begin(), gram.end()}, kBlock);
      Small by = {};
      for (std::int64_t c = 0; c < kBlock; ++c) {
        const double value = eigen.values[c], scale = value > 1e-12 * eigen.values[0] ? 1 / std::sqrt(value) : 0;
        for (std::int64_t r = 0; r < kBlock; ++r) by[r * kBlock + c] = eigen.vectors[c * kBlock + r] * scale;
      }
      multiply(x_, by);
    }
  }

  /// Rayleigh-Ritz: columns become approximate eigenvectors, best first. Returns whether the first two are good.
  bool rotate() {
    deflate();
    orthonormalise();
    apply(x_, 1, 0, 0, z_);
    const Small projected = product(x_, z_);
    const SymmetricEigen eigen = symmetric_eigen({projected.begin(), projected.end()}, kBlock);
    Small by;
    for (std::int64_t r = 0; r < kBlock; ++r)
      for (std::int64_t c = 0; c < kBlock; ++c) by[r * kBlock + c] = eigen.vectors[c * kBlock + r];
    multiply(x_, by);
    multiply(z_, by);
    double residual[2] = {};
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t c = 0; c < 2; ++c) {
        const double difference =
            static_cast<double>(z_[i * kBlock + c]) - eigen.values[c] * static_cast<double>(x_[i * kBlock + c]);
        residual[c] += difference * difference;
      }
    edge_ = std::clamp(eigen.values[kBlock - 1], -0.5, 1 - 1e-6);
    for (std::int64_t c = 0; c < 2; ++c)
      if (!(std::sqrt(residual[c]) < std::max(kLeastResidual, kTolerance * (1 - eigen.values[c])))) return false;
    return true;
  }

  std::int64_t n_;
  const SparseMatrix& graph_;
  ThreadPool& pool_;
  std::vector<float> weights_, known_;
  Buffer<float> x_, y_, z_;
  double edge_ = 0;
};

/// Eigenvectors 1 and 2 of the normalised Laplacian of a small dense graph of weights `w` (n, n); n pairs.
std::vector<double> dense_vectors(std::vector<double> w, std::int64_t n, bool by_degree) {
  std::vector<double> roots(n);
  for (std::int64_t i = 0; i < n; ++i)
    roots[i] = std::sqrt(std::accumulate(w.begin() + i * n, w.begin() + (i + 1) * n, 0.0));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      if (roots[i] * roots[j] > 0) w[i * n + j] /= roots[i] * roots[j];
  const SymmetricEigen eigen = symmetric_eigen(std::move(w), n);
  std::vector<double> out(2 * n);
  for (std::int64_t c = 0; c < 2 && c + 1 < n; ++c) {
    const double* const vector = eigen.vectors.data() + (c + 1) * n;
    // An eigenvector's sign is arbitrary: its largest entry becomes positive.
    const double sign =
        *std::max_element(vector, vector + n, [](double a, double b) { return std::abs(a) < std::abs(b); }) < 0 ? -1
                                                                                                                : 1;
    for (std::int64_t i = 0; i < n; ++i) out[2 * i + c] = sign * vector[i] / (by_degree && roots[i] > 0 ? roots[i] : 1);
  }
  return out;
}

double largest_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

/// One component; the largest coordinate becomes 1. Too small ones are spread by chance.
std::vector<double> lay_out_one(const SparseMatrix& graph, std::uint64_t seed, ThreadPool& pool,
                                const std::function<bool(std::int64_t, std::int64_t)>& keep_going) {
  const std::int64_t n = graph.n;
  std::vector<double> out(2 * n);
  if (n <= 4) {
    const CounterRng rng(seed, 0x736D616C);
    for (std::int64_t i = 0; i < 2 * n; ++i) out[i] = 2 * static_cast<double>(rng.uniform(i)) - 1;
    return out;
  }
  if (n <= kDense) {
    std::vector<double> dense(n * n);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e)
        dense[i * n + graph.columns[e]] = graph.values[e];
    out = dense_vectors(std::move(dense), n, false);
  } else {
    out = Solver(graph, seed, pool).run(keep_going);
    if (out.empty()) return out;
    double largest[2] = {};
    for (std::int64_t i = 0; i < 2 * n; ++i)
      if (std::abs(out[i]) > std::abs(largest[i % 2])) largest[i % 2] = out[i];
    for (std::int64_t i = 0; i < 2 * n; ++i)
      if (largest[i % 2] < 0) out[i] = -out[i];
  }
  const double largest = largest_of(out);
  if (largest > 0)
    for (double& v : out) v /= largest;
  return out;
}

/// Where the components lie; pairs, the largest coordinate 1.
std::vector<double> lay_out_centres(const Components& components, MatView<const float> points, MapMetric metric,
                                    std::uint64_t seed) {
  const std::int64_t count = components.count;
  std::vector<double> out(2 * count);
  if (count <= 4) {
    const std::int64_t axes = (count + 1) / 2;
    for (std::int64_t c = 0; c < count; ++c) out[2 * c + c % axes] = c < axes ? 1 : -1;
    return out;
  }
  if (count > kMostCentres) {
    const CounterRng rng(seed, 0x63656E74);
    for (std::int64_t i = 0; i < 2 * count; ++i) out[i] = 2 * static_cast<double>(rng.uniform(i)) - 1;
    return out;
  }
  Matrix centres(count, points.cols);
  std::vector<std::int64_t> sizes(count);
  for (const std::int32_t c : components.of) ++sizes[c];
  for (std::int64_t i = 0; i < points.rows; ++i) {
    const std::int32_t c = components.of[i];
    for (std::int64_t j = 0; j < points.cols; ++j) centres.row(c)[j] += points.row(i)[j] / static_cast<float>(sizes[c]);
  }
  std::vector<double> near(count * count);
  for (std::int64_t a = 0; a < count; ++a)
    for (std::int64_t b = 0; b < count; ++b) {
      const double distance = exact_distance(centres.row(a), centres.row(b), metric);
      near[a * count + b] = std::exp(-distance * distance);
    }
  out = dense_vectors(std::move(near), count, true);
  const double largest = largest_of(out);
  if (largest > 0)
    for (double& v : out) v /= largest;
  return out;
}

/// The rows of one component, `members` in ascending order.
SparseMatrix part_of(const SparseMatrix& graph, const std::vector<std::int32_t>& members,
                     const std::vector<std::int32_t>& place) {
  SparseMatrix out{.n = std::ssize(members), .begins = {0}};
  for (const std::int32_t i : members) {
    for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e) {
      if (!(graph.values[e] > 0)) continue;  // may lead to another component
      out.columns.push_back(place[graph.columns[e]]);
      out.values.push_back(graph.values[e]);
    }
    out.begins.push_back(std::ssize(out.columns));
  }
  return out;
}

}  // namespace

Components connected_components(const SparseMatrix& graph) {
  Components out{.of = std::vector<std::int32_t>(graph.n, -1)};
  std::vector<std::int64_t> open;
  for (std::int64_t start = 0; start < graph.n; ++start) {
    if (out.of[start] >= 0) continue;
    const auto number = static_cast<std::int32_t>(out.count++);
    out.of[start] = number;
    open.push_back(start);
    while (!open.empty()) {
      const std::int64_t i = open.back();
      open.pop_back();
      for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e)
        if (graph.values[e] > 0 && out.of[graph.columns[e]] < 0) {
          out.of[graph.columns[e]] = number;
          open.push_back(graph.columns[e]);
        }
    }
  }
  return out;
}

std::vector<double> spectral_layout(const SparseMatrix& graph, MatView<const float> points, MapMetric metric,
                                    std::uint64_t seed, ThreadPool& pool,
                                    const std::function<bool(std::int64_t, std::int64_t)>& keep_going) {
  const Components components = connected_components(graph);
  if (components.count <= 1) return lay_out_one(graph, seed, pool, keep_going);
  const std::vector<double> centres = lay_out_centres(components, points, metric, seed);
  std::vector<std::vector<std::int32_t>> members(components.count);
  std::vector<std::int32_t> place(graph.n);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    place[i] = static_cast<std::int32_t>(members[components.of[i]].size());
    members[components.of[i]].push_back(static_cast<std::int32_t>(i));
  }
  std::vector<double> out(2 * graph.n);
  for (std::int64_t c = 0; c < components.count; ++c) {
    // Half way to the nearest of the others; where these lie by chance, about that.
    double room = std::numeric_limits<double>::infinity();
    if (components.count > kMostCentres) room = 0.5 / std::sqrt(static_cast<double>(components.count));
    for (std::int64_t other = 0; other < components.count && components.count <= kMostCentres; ++other) {
      const double distance =
          std::hypot(centres[2 * c] - centres[2 * other], centres[2 * c + 1] - centres[2 * other + 1]);
      if (distance > 0) room = std::min(room, distance / 2);
    }
    if (std::isinf(room)) room = 1;
    const std::vector<double> part = lay_out_one(part_of(graph, members[c], place), seed + c, pool, keep_going);
    if (part.empty()) return {};
    for (std::int64_t i = 0; i < std::ssize(members[c]); ++i)
      for (std::int64_t axis = 0; axis < 2; ++axis)
        out[2 * members[c][i] + axis] = centres[2 * c + axis] + room * part[2 * i + axis];
  }
  return out;
}

}  // namespace sememe
