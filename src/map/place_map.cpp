#include "map/place_map.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "map/affinities.h"
#include "map/fuzzy_set.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/umap.h"

namespace sememe {
namespace {

// openTSNE's figures for points that are added; a narrow perplexity keeps them out of the gaps between clouds.
constexpr double kPerplexity = 5;
constexpr std::int64_t kIterations = 250;
constexpr double kRate = 0.1, kExaggeration = 1.5, kMomentum = 0.8, kLongestGradient = 0.25;
constexpr std::int64_t kMedianOf = 15;

/// Gradient descent of one point on the divergence of its neighbours' probabilities, with momentum and gains.
void descend(const std::vector<double>& columns, std::span<const std::int32_t> neighbors, const double* p, double* at) {
  const std::int64_t n = std::ssize(columns) / 2;
  double update[2] = {}, gain[2] = {1, 1};
  for (std::int64_t iteration = 0; iteration < kIterations; ++iteration) {
    double push[3], gradient[2] = {};
    lanes().tsne_repulsion(columns.data(), columns.data() + n, n, at[0], at[1], push);
    for (std::size_t e = 0; e < neighbors.size(); ++e) {
      const double dx = at[0] - columns[neighbors[e]], dy = at[1] - columns[n + neighbors[e]];
      const double w = kExaggeration * p[e] / (1 + dx * dx + dy * dy);
      gradient[0] += w * dx;
      gradient[1] += w * dy;
    }
    for (int c = 0; c < 2; ++c) gradient[c] -= push[c] / push[2];
    const double length = std::hypot(gradient[0], gradient[1]);
    for (int c = 0; c < 2; ++c) {
      if (length > kLongestGradient) gradient[c] *= kLongestGradient / length;
      const auto sign = [](double v) { return (v > 0) - (v < 0); };
      gain[c] = sign(update[c]) != sign(gradient[c]) ? gain[c] + 0.2 : gain[c] * 0.8 + 0.01;
      update[c] = kMomentum * update[c] - kRate * gain[c] * gradient[c];
      at[c] += update[c];
    }
  }
}

}  // namespace

MapPlacer::MapPlacer(MatView<const float> points, MatView<const float> map, const MapOptions& options, ThreadPool& pool)
    : options_(options), n_(points.rows) {
  options_.progress = {};
  options_.initial = {};
  options_.labels = {};
  if (options.method == MapMethod::kPca) {
    fit_ = fit_pca(points, 2, options.seed, pool);
    fit_.scores = {};
  } else if (options.method == MapMethod::kUmap) {
    neighbors_ = std::min(options.neighbors, n_);
    for (std::int64_t i = 0; i < n_; ++i) map_.insert(map_.end(), map.row(i), map.row(i) + 2);
  } else {
    perplexity_ = std::min(kPerplexity, std::max(1.0, static_cast<double>(n_ - 1) / 3));
    neighbors_ = std::min(n_, std::max<std::int64_t>(1, std::llround(3 * perplexity_)));
    columns_.resize(2 * n_);
    for (std::int64_t j = 0; j < n_; ++j) columns_[j] = map.row(j)[0], columns_[n_ + j] = map.row(j)[1];
  }
}

Matrix MapPlacer::place(MatView<const float> added, const KnnGraph& near, ThreadPool& pool) const {
  Matrix out(added.rows, 2);
  if (added.rows == 0) return out;
  if (options_.method == MapMethod::kPca)
    project(added, out);
  else if (options_.method == MapMethod::kUmap)
    umap(near, pool, out);
  else
    tsne(near, pool, out);
  return out;
}

void MapPlacer::project(MatView<const float> added, Matrix& out) const {
  for (std::int64_t i = 0; i < added.rows; ++i)
    for (std::int64_t c = 0; c < fit_.components_count; ++c) {
      double sum = 0;
      for (std::int64_t j = 0; j < added.cols; ++j)
        sum += fit_.components[c * added.cols + j] * (static_cast<double>(added.row(i)[j]) - fit_.mean[j]);
      out.row(i)[c] = static_cast<float>(sum);
    }
}

void MapPlacer::umap(const KnnGraph& near, ThreadPool& pool, Matrix& out) const {
  const std::int64_t k = neighbors_;
  const std::vector<double> weights = memberships(near, reach_of(near, k, false, pool), pool);
  std::vector<float> placed(2 * near.n);
  for (std::int64_t i = 0; i < near.n; ++i) {
    double sum = 0, at[2] = {};
    for (std::int64_t j = 0; j < k; ++j) {
      const double w = weights[i * k + j];
      sum += w;
      for (int c = 0; c < 2; ++c) at[c] += w * static_cast<double>(map_[2 * near.indices[i * k + j] + c]);
    }
    for (int c = 0; c < 2; ++c) placed[2 * i + c] = static_cast<float>(at[c] / sum);
  }
  // A third of the epochs that a map takes, at a quarter of the rate, as umap-learn has it.
  std::int64_t epochs = near.n <= 10'000 ? 100 : 30;
  if (options_.epochs) epochs = *options_.epochs / 3;
  umap_place(map_, near.indices, weights, k,
             {.epochs = epochs,
              .negative_samples = options_.negative_samples,
              .repulsion = options_.repulsion,
              .learning_rate = options_.learning_rate.value_or(1) / 4,
              .curve = fit_umap_curve(options_.spread, options_.min_dist),
              .seed = options_.seed},
             pool, placed);
  std::copy(placed.begin(), placed.end(), out.data());
}

void MapPlacer::tsne(const KnnGraph& near, ThreadPool& pool, Matrix& out) const {
  const std::int64_t n = n_, k = neighbors_;
  const Conditionals p = conditional_probabilities(near, perplexity_, pool);
  pool.run(near.n, [&](std::int64_t i, int) {
    double at[2];
    for (std::int64_t c = 0; c < 2; ++c) {
      std::vector<double> values;
      for (std::int64_t j = 0; j < std::min(k, kMedianOf); ++j)
        values.push_back(columns_[c * n + near.indices[i * k + j]]);
      std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
      at[c] = values[values.size() / 2];
    }
    descend(columns_, near.neighbors(i), p.values.data() + i * k, at);
    out.row(i)[0] = static_cast<float>(at[0]);
    out.row(i)[1] = static_cast<float>(at[1]);
  });
}

Matrix place_on_map(MatView<const float> points, MatView<const float> map, MatView<const float> added,
                    const MapOptions& options) {
  ThreadPool pool(ThreadPool::size_for(options.threads));
  if (points.rows < 1) fail(ErrorCode::kInvalidArgument, "place on map: expected a map of 1 point or more, found none");
  if (map.rows != points.rows || map.cols != 2)
    fail(ErrorCode::kInvalidArgument, "place on map: expected a map of (", points.rows, ", 2), found (", map.rows, ", ",
         map.cols, ")");
  if (added.cols != points.cols)
    fail(ErrorCode::kInvalidArgument, "place on map: expected points of ", points.cols, " dimensions, found ",
         added.cols);
  require_finite(points, pool);
  require_finite(map, pool);
  require_finite(added, pool);
  const MapPlacer placer(points, map, options, pool);
  KnnGraph near;
  if (placer.neighbors() > 0) near = exact_knn_among(points, added, placer.neighbors(), options.metric, pool);
  return placer.place(added, near, pool);
}

}  // namespace sememe
