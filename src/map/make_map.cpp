#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "map/knn_graph.h"
#include "map/pca.h"
#include "map/points.h"
#include "map/tsne.h"
#include "sememe/map.h"

namespace sememe {
namespace {

constexpr std::int64_t kExactPoints = 2000;  // up to which all pairs cost less than the grid
// Iterations in which the early exaggeration wears off. Let go at once, clouds tear: on 1,500 sentence vectors four
// seeds end at a KL of 1.22 to 1.25, and eased at 1.19 to 1.20.
constexpr std::int64_t kEasing = 125;

void check(MatView<const float> points, const MapOptions& options) {
  const auto positive = [](double value, std::string_view name) {
    if (!(value > 0) || !std::isfinite(value))
      fail(ErrorCode::kInvalidArgument, "map: ", name, ": expected a number above 0, found ", value);
  };
  positive(options.perplexity, "perplexity");
  positive(options.early_exaggeration, "early exaggeration");
  positive(options.exaggeration, "exaggeration");
  if (options.learning_rate) positive(*options.learning_rate, "learning rate");
  if (options.early_iterations < 0 || options.iterations < 0)
    fail(ErrorCode::kInvalidArgument, "map: iterations: expected 0 or more, found ",
         std::min(options.early_iterations, options.iterations));
  if (options.initial.data != nullptr && (options.initial.rows != points.rows || options.initial.cols != 2))
    fail(ErrorCode::kInvalidArgument, "map: initial layout: expected (", points.rows, ", 2), found (",
         options.initial.rows, ", ", options.initial.cols, ")");
}

Matrix matrix_of(const std::vector<double>& pairs) {
  Matrix out(std::ssize(pairs) / 2, 2);
  std::transform(pairs.begin(), pairs.end(), out.data(), [](double v) { return static_cast<float>(v); });
  return out;
}

class Maker {
 public:
  Maker(MatView<const float> points, const MapOptions& options)
      : points_(points), options_(options), pool_(ThreadPool::size_for(options.threads)) {
    check(points, options);
    require_finite(points, pool_);
    if (options.initial.data != nullptr) require_finite(options.initial, pool_);
  }

  Map make() {
    if (!tell("pca", 0, 1)) return finish(std::vector<double>(2 * points_.rows));
    if (options_.method == MapMethod::kPca) return finish(first_components());
    return tsne();
  }

 private:
  /// False, and remembered: stop.
  bool tell(std::string_view stage, std::int64_t done, std::int64_t total, MatView<const float> map = {}) {
    if (options_.progress && !options_.progress({.stage = stage, .done = done, .total = total, .map = map}))
      map_.cancelled = true;
    return !map_.cancelled;
  }

  Map finish(const std::vector<double>& layout) {
    map_.points = matrix_of(layout);
    return std::move(map_);
  }

  /// (n, 2): scores along the first two components, zeros where there are fewer.
  std::vector<double> first_components() {
    const PcaFit fit = fit_pca(points_, 2, options_.seed, pool_);
    std::vector<double> out(2 * points_.rows);
    const std::int64_t k = fit.components_count;
    for (std::int64_t i = 0; i < points_.rows; ++i)
      for (std::int64_t c = 0; c < k; ++c) out[2 * i + c] = fit.scores[i * k + c];
    return out;
  }

  std::vector<double> start() {
    if (options_.initial.data == nullptr) return tsne_start(first_components(), options_.seed);
    std::vector<double> out;
    for (std::int64_t i = 0; i < points_.rows; ++i)
      for (const float v : options_.initial.row_span(i)) out.push_back(static_cast<double>(v));
    return out;
  }

  Map tsne() {
    const std::int64_t n = points_.rows;
    std::vector<double> layout = start();
    map_.perplexity = std::min(options_.perplexity, std::max(1.0, static_cast<double>(n - 1) / 3));
    if (n < 2) return finish(std::vector<double>(2 * n));
    const auto neighbors = static_cast<std::int64_t>(std::min(3 * map_.perplexity, static_cast<double>(n)));
    SparseMatrix p;
    {
      const KnnGraph graph =
          exact_knn(points_, std::max<std::int64_t>(1, neighbors), options_.metric, pool_,
                    [&](std::int64_t done, std::int64_t total) { return tell("neighbours", done, total); });
      if (map_.cancelled) return finish(layout);
      p = joint_probabilities(graph, map_.perplexity, pool_);
    }
    const bool exact = options_.exact_gradient.value_or(n <= kExactPoints);
    TsneDescent descent(TsneObjective(std::move(p), exact, pool_), std::move(layout), pool_);
    const TsneSchedule early = schedule(options_.early_iterations, options_.early_exaggeration);
    TsneSchedule late = schedule(options_.iterations, options_.exaggeration);
    if (early.iterations > 0) {
      late.ease_from = early.exaggeration;
      late.easing = std::min(kEasing, late.iterations / 4);
    }
    if (phase(descent, "early exaggeration", early)) phase(descent, "embedding", late);
    map_.kl_divergence = descent.kl_divergence();
    return finish(descent.points());
  }

  TsneSchedule schedule(std::int64_t iterations, double exaggeration) const {
    return {.iterations = iterations,
            .exaggeration = exaggeration,
            .learning_rate = options_.learning_rate.value_or(static_cast<double>(points_.rows) / exaggeration),
            .ease_from = exaggeration};
  }

  bool phase(TsneDescent& descent, std::string_view stage, const TsneSchedule& schedule) {
    const std::int64_t iterations = schedule.iterations;
    return descent.run(schedule, [&](std::int64_t iteration) {
      ++map_.iterations;
      const std::int64_t interval = std::max<std::int64_t>(1, options_.progress_interval);
      if (!options_.progress || (iteration % interval != 0 && iteration != iterations)) return true;
      const Matrix layout = matrix_of(descent.points());
      return tell(stage, iteration, iterations, layout.view());
    });
  }

  MatView<const float> points_;
  const MapOptions& options_;
  ThreadPool pool_;
  Map map_;
};

}  // namespace

Map make_map(MatView<const float> points, const MapOptions& options) { return Maker(points, options).make(); }

}  // namespace sememe
