#include "map/make_map.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "base/rng.h"
#include "map/fuzzy_set.h"
#include "map/knn_graph.h"
#include "map/pca.h"
#include "map/points.h"
#include "map/spectral.h"
#include "map/tsne.h"
#include "map/umap.h"
#include "sememe/map.h"

namespace sememe {
namespace {

constexpr std::int64_t kExactPoints = 2000;   // up to which all pairs cost less than the grid
constexpr std::int64_t kLongPoints = 10'000;  // up to which UMAP takes 500 epochs
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
  positive(options.spread, "spread");
  positive(options.repulsion, "repulsion");
  if (options.early_iterations < 0 || options.iterations < 0)
    fail(ErrorCode::kInvalidArgument, "map: iterations: expected 0 or more, found ",
         std::min(options.early_iterations, options.iterations));
  if (options.epochs && *options.epochs < 0)
    fail(ErrorCode::kInvalidArgument, "map: epochs: expected 0 or more, found ", *options.epochs);
  if (options.neighbors < 2)
    fail(ErrorCode::kInvalidArgument, "map: neighbours: expected 2 or more, found ", options.neighbors);
  if (options.negative_samples < 0)
    fail(ErrorCode::kInvalidArgument, "map: negative samples: expected 0 or more, found ", options.negative_samples);
  if (!(options.min_dist >= 0 && options.min_dist <= options.spread))
    fail(ErrorCode::kInvalidArgument, "map: min_dist: expected 0 to the spread, ", options.spread, ", found ",
         options.min_dist);
  if (!(options.label_weight >= 0 && options.label_weight <= 1))
    fail(ErrorCode::kInvalidArgument, "map: label weight: expected 0 to 1, found ", options.label_weight);
  if (!options.labels.empty() && std::ssize(options.labels) != points.rows)
    fail(ErrorCode::kInvalidArgument, "map: labels: expected ", points.rows, ", one for each point, found ",
         options.labels.size());
  if (options.initial.data != nullptr && (options.initial.rows != points.rows || options.initial.cols != 2))
    fail(ErrorCode::kInvalidArgument, "map: initial layout: expected (", points.rows, ", 2), found (",
         options.initial.rows, ", ", options.initial.cols, ")");
  if (options.resume != nullptr) {
    const MapState& state = *options.resume;
    const auto numbers = static_cast<std::size_t>(2 * points.rows);
    const std::size_t more = options.method == MapMethod::kTsne ? numbers : 0;
    if (state.method != options.method || state.layout.size() != numbers || state.updates.size() != more ||
        state.gains.size() != more || state.iterations < 0)
      fail(ErrorCode::kInvalidArgument, "map: resume: expected the state of a ", map_method_name(options.method),
           " of ", points.rows, " points, found that of a ", map_method_name(state.method), " of ",
           state.layout.size() / 2);
  }
}

Matrix matrix_of(const std::vector<double>& pairs) {
  Matrix out(std::ssize(pairs) / 2, 2);
  std::transform(pairs.begin(), pairs.end(), out.data(), [](double v) { return static_cast<float>(v); });
  return out;
}

double used_perplexity(const MapOptions& options, std::int64_t n) {
  return std::min(options.perplexity, std::max(1.0, static_cast<double>(n - 1) / 3));
}

std::int64_t used_neighbors(const MapOptions& options, std::int64_t n) {
  return std::max<std::int64_t>(std::min(n, std::int64_t{2}), std::min(options.neighbors, n - 1));
}

class Maker {
 public:
  Maker(MatView<const float> points, const MapOptions& options, const KnnGraph* known)
      : points_(points), options_(options), known_(known), pool_(ThreadPool::size_for(options.threads)) {
    check(points, options);
    require_finite(points, pool_);
    if (options.initial.data != nullptr) require_finite(options.initial, pool_);
  }

  Map make() {
    if (!tell("pca", 0, 1)) return finish(std::vector<double>(2 * points_.rows));
    if (options_.method == MapMethod::kPca) return finish(first_components());
    return options_.method == MapMethod::kTsne ? tsne() : umap();
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

  std::vector<double> initial() const {
    std::vector<double> out;
    for (std::int64_t i = 0; i < points_.rows; ++i)
      for (const float v : options_.initial.row_span(i)) out.push_back(static_cast<double>(v));
    return out;
  }

  /// Of those known before; else `found`, which then holds them.
  KnnView neighbors(KnnGraph& found) {
    const auto progress = [&](std::int64_t done, std::int64_t total) { return tell("neighbours", done, total); };
    const std::int64_t k = map_neighbor_count(options_, points_.rows);
    if (known_ == nullptr) found = find_knn(points_, k, options_, pool_, progress);
    const KnnGraph& graph = known_ != nullptr ? *known_ : found;
    map_.neighbor_recall = graph.recall;
    return {graph, k};
  }

  /// Empty: stopped.
  std::vector<double> spectral(const SparseMatrix& graph) {
    return spectral_layout(graph, points_, options_.metric, options_.seed, pool_,
                           [&](std::int64_t done, std::int64_t total) { return tell("spectral", done, total); });
  }

  Map tsne() {
    const std::int64_t n = points_.rows;
    map_.perplexity = used_perplexity(options_, n);
    if (n < 2) return finish(std::vector<double>(2 * n));
    const bool by_spectrum = options_.start == MapStart::kSpectral;
    std::vector<double> layout;
    if (options_.resume != nullptr)
      layout = options_.resume->layout;
    else if (options_.initial.data != nullptr)
      layout = initial();
    else
      layout = by_spectrum ? std::vector<double>(2 * n) : tsne_start(first_components(), options_.seed);
    SparseMatrix p;
    {
      KnnGraph found;
      const KnnView graph = neighbors(found);
      if (map_.cancelled) return finish(layout);
      p = joint_probabilities(graph, map_.perplexity, pool_);
    }
    if (by_spectrum && options_.initial.data == nullptr && options_.resume == nullptr) {
      std::vector<double> found = spectral(p);
      if (map_.cancelled) return finish(layout);
      layout = tsne_start(std::move(found), options_.seed);
    }
    const bool exact = options_.exact_gradient.value_or(n <= kExactPoints);
    TsneDescent descent(TsneObjective(std::move(p), exact, pool_), std::move(layout), pool_);
    if (options_.resume != nullptr) {
      descent.restore(*options_.resume);
      map_.iterations = options_.resume->iterations;
    }
    const TsneSchedule early = schedule(options_.early_iterations, options_.early_exaggeration);
    TsneSchedule late = schedule(options_.iterations, options_.exaggeration);
    if (early.iterations > 0) {
      late.ease_from = early.exaggeration;
      late.easing = std::min(kEasing, late.iterations / 4);
    }
    const std::int64_t done = map_.iterations;
    if (phase(descent, "early exaggeration", early, std::min(done, early.iterations)))
      phase(descent, "embedding", late, std::max<std::int64_t>(0, done - early.iterations));
    map_.kl_divergence = descent.kl_divergence();
    if (map_.cancelled) {
      map_.state = MapState{.method = MapMethod::kTsne, .iterations = map_.iterations};
      descent.save(*map_.state);
    }
    return finish(descent.points());
  }

  Map umap() {
    const std::int64_t n = points_.rows;
    map_.neighbors = used_neighbors(options_, n);
    if (n < 2) return finish(std::vector<double>(2 * n));
    SparseMatrix graph;
    {
      KnnGraph found;
      const KnnView nearest = neighbors(found);
      if (map_.cancelled) return finish(std::vector<double>(2 * n));
      graph = fuzzy_union(nearest, map_.neighbors, pool_);
    }
    if (!options_.labels.empty()) separate_labels(graph, options_.labels, label_distance(), pool_);
    const std::vector<double> start = umap_start(graph);
    if (map_.cancelled) return finish(std::vector<double>(2 * n));
    const UmapSchedule plan{.epochs = options_.epochs.value_or(n <= kLongPoints ? 500 : 200),
                            .negative_samples = options_.negative_samples,
                            .repulsion = options_.repulsion,
                            .learning_rate = options_.learning_rate.value_or(1),
                            .curve = fit_umap_curve(options_.spread, options_.min_dist),
                            .seed = options_.seed};
    UmapLayout layout(std::move(graph), {start.begin(), start.end()}, plan, pool_);
    map_.iterations = options_.resume != nullptr ? options_.resume->iterations : 0;
    const auto pairs = [&] { return std::vector<double>(layout.points().begin(), layout.points().end()); };
    layout.run(map_.iterations, [&](std::int64_t epoch) {
      ++map_.iterations;
      return tell_map("embedding", epoch, plan.epochs, pairs);
    });
    if (map_.cancelled)
      map_.state = MapState{.method = MapMethod::kUmap, .iterations = map_.iterations, .layout = pairs()};
    return finish(pairs());
  }

  /// How far different labels are apart, as umap-learn counts its target_weight.
  double label_distance() const { return options_.label_weight < 1 ? 2.5 / (1 - options_.label_weight) : 1e12; }

  /// As umap-learn has it: the largest coordinate 10, some noise so that equal points can part, then both axes from 0
  /// to 10.
  std::vector<double> umap_start(const SparseMatrix& graph) {
    if (options_.resume != nullptr) return options_.resume->layout;
    if (options_.initial.data != nullptr) return initial();
    std::vector<double> out = options_.start == MapStart::kPca ? first_components() : spectral(graph);
    if (map_.cancelled) return {};
    constexpr double kExtent = 10, kNoise = 1e-4;
    double largest = 0, low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (const double v : out) largest = std::max(largest, std::abs(v));
    const CounterRng rng(options_.seed, 0x75737472);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = out[i] * (largest > 0 ? kExtent / largest : 0) + kNoise * static_cast<double>(rng.normal(i));
      low[i % 2] = std::min(low[i % 2], out[i]);
      high[i % 2] = std::max(high[i % 2], out[i]);
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = kExtent * (out[i] - low[i % 2]) / std::max(high[i % 2] - low[i % 2], 1e-9);
    return out;
  }

  TsneSchedule schedule(std::int64_t iterations, double exaggeration) const {
    return {.iterations = iterations,
            .exaggeration = exaggeration,
            .learning_rate = options_.learning_rate.value_or(static_cast<double>(points_.rows) / exaggeration),
            .ease_from = exaggeration};
  }

  bool phase(TsneDescent& descent, std::string_view stage, const TsneSchedule& schedule, std::int64_t done) {
    return descent.run(schedule, done, [&](std::int64_t iteration) {
      ++map_.iterations;
      return tell_map(stage, iteration, schedule.iterations, [&] { return descent.points(); });
    });
  }

  /// Tells of every few iterations, and of the last.
  template <class Layout>
  bool tell_map(std::string_view stage, std::int64_t iteration, std::int64_t iterations, Layout layout) {
    const std::int64_t interval = std::max<std::int64_t>(1, options_.progress_interval);
    if (!options_.progress || (iteration % interval != 0 && iteration != iterations)) return true;
    const Matrix map = matrix_of(layout());
    return tell(stage, iteration, iterations, map.view());
  }

  MatView<const float> points_;
  const MapOptions& options_;
  const KnnGraph* known_;
  ThreadPool pool_;
  Map map_;
};

}  // namespace

Map make_map(MatView<const float> points, const MapOptions& options) { return Maker(points, options, nullptr).make(); }

Map make_map(MatView<const float> points, const MapOptions& options, const KnnGraph& graph) {
  const std::int64_t least = std::min(map_neighbor_count(options, points.rows), points.rows - 1);
  if (graph.n != points.rows || graph.k < least)
    fail(ErrorCode::kInvalidArgument, "map: neighbours: expected ", least, " or more of ", points.rows,
         " points, found ", graph.k, " of ", graph.n);
  return Maker(points, options, &graph).make();
}

std::int64_t map_neighbor_count(const MapOptions& options, std::int64_t n) {
  if (n < 2 || options.method == MapMethod::kPca) return 0;
  if (options.method == MapMethod::kUmap) return std::max<std::int64_t>(1, used_neighbors(options, n) - 1);
  const double k = std::min(3 * used_perplexity(options, n), static_cast<double>(n));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(k));
}

}  // namespace sememe
