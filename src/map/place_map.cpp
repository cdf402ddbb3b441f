#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "map/affinities.h"
#include "map/fuzzy_set.h"
#include "map/knn_graph.h"
#include "map/lanes.h"
#include "map/pca.h"
#include "map/points.h"
#include "map/umap.h"
#include "sememe/map.h"

namespace sememe {
namespace {

// openTSNE's figures for points that are added; a narrow perplexity keeps them out of the gaps between clouds.
constexpr double kPerplexity = 5;
constexpr std::int64_t kIterations = 250;
constexpr double kRate = 0.1, kExaggeration = 1.5, kMomentum = 0.8, kLongestGradient = 0.25;
constexpr std::int64_t kMedianOf = 15;

class Placer {
 public:
  Placer(MatView<const float> points, MatView<const float> map, MatView<const float> added, const MapOptions& options)
      : points_(points), map_(map), added_(added), options_(options), pool_(ThreadPool::size_for(options.threads)) {
    if (points.rows < 1)
      fail(ErrorCode::kInvalidArgument, "place on map: expected a map of 1 point or more, found none");
    if (map.rows != points.rows || map.cols != 2)
      fail(ErrorCode::kInvalidArgument, "place on map: expected a map of (", points.rows, ", 2), found (", map.rows,
           ", ", map.cols, ")");
    if (added.cols != points.cols)
      fail(ErrorCode::kInvalidArgument, "place on map: expected points of ", points.cols, " dimensions, found ",
           added.cols);
    require_finite(points, pool_);
    require_finite(map, pool_);
    require_finite(added, pool_);
  }

  Matrix place() {
    Matrix out(added_.rows, 2);
    if (added_.rows == 0) return out;
    if (options_.method == MapMethod::kPca)
      project(out);
    else if (options_.method == MapMethod::kUmap)
      umap(out);
    else
      tsne(out);
    return out;
  }

 private:
  void project(Matrix& out) {
    const PcaFit fit = fit_pca(points_, 2, options_.seed, pool_);
    for (std::int64_t i = 0; i < added_.rows; ++i)
      for (std::int64_t c = 0; c < fit.components_count; ++c) {
        double sum = 0;
        for (std::int64_t j = 0; j < points_.cols; ++j)
          sum += fit.components[c * points_.cols + j] * (static_cast<double>(added_.row(i)[j]) - fit.mean[j]);
        out.row(i)[c] = static_cast<float>(sum);
      }
  }

  void umap(Matrix& out) {
    const std::int64_t n = points_.rows, k = std::min(options_.neighbors, n);
    const KnnGraph graph = exact_knn_among(points_, added_, k, options_.metric, pool_);
    const std::vector<double> weights = memberships(graph, reach_of(graph, k, false, pool_), pool_);
    std::vector<float> placed(2 * added_.rows);
    for (std::int64_t i = 0; i < added_.rows; ++i) {
      double sum = 0, at[2] = {};
      for (std::int64_t j = 0; j < k; ++j) {
        const double w = weights[i * k + j];
        sum += w;
        for (int c = 0; c < 2; ++c) at[c] += w * static_cast<double>(map_.row(graph.indices[i * k + j])[c]);
      }
      for (int c = 0; c < 2; ++c) placed[2 * i + c] = static_cast<float>(at[c] / sum);
    }
    // A third of the epochs that a map takes, at a quarter of the rate, as umap-learn has it.
    std::int64_t epochs = added_.rows <= 10'000 ? 100 : 30;
    if (options_.epochs) epochs = *options_.epochs / 3;
    umap_place(flat(), graph.indices, weights, k,
               {.epochs = epochs,
                .negative_samples = options_.negative_samples,
                .repulsion = options_.repulsion,
                .learning_rate = options_.learning_rate.value_or(1) / 4,
                .curve = fit_umap_curve(options_.spread, options_.min_dist),
                .seed = options_.seed},
               pool_, placed);
    std::copy(placed.begin(), placed.end(), out.data());
  }

  std::vector<float> flat() const {
    std::vector<float> out;
    for (std::int64_t i = 0; i < map_.rows; ++i) out.insert(out.end(), map_.row(i), map_.row(i) + 2);
    return out;
  }

  void tsne(Matrix& out) {
    const std::int64_t n = points_.rows;
    const double perplexity = std::min(kPerplexity, std::max(1.0, static_cast<double>(n - 1) / 3));
    const std::int64_t k = std::min(n, std::max<std::int64_t>(1, std::llround(3 * perplexity)));
    const KnnGraph graph = exact_knn_among(points_, added_, k, options_.metric, pool_);
    const Conditionals p = conditional_probabilities(graph, perplexity, pool_);
    std::vector<double> columns(2 * n);
    for (std::int64_t j = 0; j < n; ++j) columns[j] = map_.row(j)[0], columns[n + j] = map_.row(j)[1];
    pool_.run(added_.rows, [&](std::int64_t i, int) {
      double at[2];
      for (std::int64_t c = 0; c < 2; ++c) {
        std::vector<double> values;
        for (std::int64_t j = 0; j < std::min(k, kMedianOf); ++j)
          values.push_back(columns[c * n + graph.indices[i * k + j]]);
        std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
        at[c] = values[values.size() / 2];
      }
      descend(columns, graph.neighbors(i), p.values.data() + i * k, at);
      out.row(i)[0] = static_cast<float>(at[0]);
      out.row(i)[1] = static_cast<float>(at[1]);
    });
  }

  /// Gradient descent of one point on the divergence of its neighbours' probabilities, with momentum and gains.
  static void descend(const std::vector<double>& columns, std::span<const std::int32_t> neighbors, const double* p,
                      double* at) {
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

  MatView<const float> points_, map_, added_;
  const MapOptions& options_;
  ThreadPool pool_;
};

}  // namespace

Matrix place_on_map(MatView<const float> points, MatView<const float> map, MatView<const float> added,
                    const MapOptions& options) {
  return Placer(points, map, added, options).place();
}

}  // namespace sememe
