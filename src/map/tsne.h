#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/thread_pool.h"
#include "map/affinities.h"
#include "map/grid_convolution.h"
#include "sememe/map.h"

namespace sememe {

/// The objective of t-SNE for given joint probabilities.
class TsneObjective {
 public:
  /// `exact`: all pairs in double; else the neighbours of `p` in float32 and the rest by GridConvolution.
  TsneObjective(SparseMatrix p, bool exact, ThreadPool& pool);

  /// A quarter of the gradient, as openTSNE counts it: sum_j (exaggeration p_ij - q_ij) w_ij (y_i - y_j), with
  /// w_ij = 1 / (1 + |y_i - y_j|^2). `y` and `gradient`: n pairs. With `divergence`, returns KL(P || Q), which does not
  /// know of exaggeration; else 0.
  double gradient(const std::vector<double>& y, double exaggeration, std::vector<double>& gradient, bool divergence);

  GridConvolution* grid() { return grid_ ? &*grid_ : nullptr; }  ///< nullptr if exact

 private:
  // sum_j w_ij^2 (y_i - y_j) of each point; they return sum_i sum_{j != i} w_ij.
  double repel_exactly(const std::vector<double>& y, std::vector<double>& forces);
  double repel_by_grid(const std::vector<double>& y, std::vector<double>& forces);
  double kl_divergence(const std::vector<double>& y, double z);

  std::int64_t n_;
  bool exact_;
  ThreadPool& pool_;
  SparseMatrix p_;                ///< without values unless exact
  std::vector<float> values_;     ///< else
  double log_sum_ = 0, sum_ = 0;  ///< sum p log p, sum p
  std::optional<GridConvolution> grid_;
  std::vector<float> y_, forces_;
  std::vector<double> row_sums_;
  std::vector<double> columns_;  ///< exact: all x, then all y
};

struct TsneSchedule {
  std::int64_t iterations = 0;
  double exaggeration = 1, learning_rate = 0;
  double ease_from = 1;     ///< exaggeration that the first iterations come down (or up) from
  std::int64_t easing = 0;  ///< how many these are; the learning rate is lower in proportion
};

/// Gradient descent with momentum 0.8 and a gain for each number (Jacobs 1988), as openTSNE has it: gains grow by 0.2
/// or shrink to 0.8 of them + 0.01, steps are cut to length 5, the map is kept at mean zero.
class TsneDescent {
 public:
  TsneDescent(TsneObjective objective, std::vector<double> y, ThreadPool& pool);

  /// One phase, of which `done` iterations were done before; gains and momentum stay from the one before.
  /// `keep_going(iteration)` is asked after each; false stops. Returns whether it was not stopped.
  bool run(const TsneSchedule& schedule, std::int64_t done, const std::function<bool(std::int64_t)>& keep_going);

  const std::vector<double>& points() const { return y_; }
  double kl_divergence();

  /// All that the next phase depends on. restore(): `state` has that many numbers.
  void save(MapState& state);
  void restore(const MapState& state);

 private:
  void step(double learning_rate);

  TsneObjective objective_;
  ThreadPool& pool_;
  std::vector<double> y_, gradient_, update_, gains_;
};

/// Where t-SNE starts: `scores` (n, 2) scaled so that the first column has standard deviation 1e-4, moved by noise of a
/// hundredth of it, so that equal points can part; noise alone if there is no spread.
std::vector<double> tsne_start(std::vector<double> scores, std::uint64_t seed);

}  // namespace sememe
