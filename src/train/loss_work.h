#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "train/losses.h"

namespace sememe::train {

/// A dense matrix of doubles.
struct Grid {
  std::int64_t rows = 0, cols = 0;
  std::vector<double> data;

  Grid() = default;
  Grid(std::int64_t r, std::int64_t c) : rows(r), cols(c), data(static_cast<std::size_t>(r * c), 0.0) {}
  double* row(std::int64_t i) { return data.data() + i * cols; }
  const double* row(std::int64_t i) const { return data.data() + i * cols; }
};

/// One column's vectors in double with their directions, and the gradients of both.
struct Side {
  Grid x, unit, d_x, d_unit;
  std::vector<double> norm;

  explicit Side(Grid values);
  std::int64_t size() const { return x.rows; }
  /// Folds d_unit into d_x: d_x += (d_unit - (d_unit unit) unit) / norm.
  void finish();
};

/// What the losses share: the batch in double, and where its gradients gather.
struct LossWork {
  std::vector<Side> sides;
  std::span<const double> targets;
  std::int64_t target_width = 1;
  std::vector<Grid> guide;  ///< directions
  Grid head, d_head;        ///< (classes, 3 D + 1): weight and bias
  ThreadPool& pool;

  std::int64_t rows() const { return sides.front().size(); }
};

double dot(const double* a, const double* b, std::int64_t n);
void add_scaled(double factor, const double* x, double* y, std::int64_t n);

/// S (A, C) = a b^T, and its backward: d_a += d_s b, d_b += d_s^T a.
Grid scores(const Grid& a, const Grid& b, ThreadPool& pool);
void scores_backward(const Grid& d_s, const Grid& a, const Grid& b, Grid& d_a, Grid& d_b, ThreadPool& pool);

/// Cosine of row i of each; gradient into both.
double cosine(const Side& a, const Side& b, std::int64_t i);
void cosine_backward(Side& a, Side& b, std::int64_t i, double d);

/// Distance of row i of a and row j of b; gradient into both. Euclidean and Manhattan as torch's pairwise_distance.
double distance(Distance kind, const Side& a, const Side& b, std::int64_t i, std::int64_t j);
void distance_backward(Distance kind, Side& a, Side& b, std::int64_t i, std::int64_t j, double d);

/// -log softmax(row)[target], the row replaced by the gradient; -infinity entries are no candidates.
double cross_entropy(double* row, std::int64_t n, std::int64_t target);

// The losses: value of the batch; gradients are added to sides.
double lesson_loss(const LossSpec& spec, LossWork& work);
double ranking_loss(const LossSpec& spec, LossWork& work);
double gist_loss(const LossSpec& spec, LossWork& work);
double order_loss(const LossSpec& spec, LossWork& work);  // CoSENT and AnglE
double cosine_similarity_loss(const LossSpec& spec, LossWork& work);
double contrastive_loss(const LossSpec& spec, LossWork& work);
double online_contrastive_loss(const LossSpec& spec, LossWork& work);
double triplet_loss(const LossSpec& spec, LossWork& work);
double class_triplet_loss(const LossSpec& spec, LossWork& work);  // the four of classes
double softmax_loss(const LossSpec& spec, LossWork& work);
double mse_loss(const LossSpec& spec, LossWork& work);
double distill_loss(const LossSpec& spec, LossWork& work);
double margin_mse_loss(const LossSpec& spec, LossWork& work);
double kl_loss(const LossSpec& spec, LossWork& work);

}  // namespace sememe::train
