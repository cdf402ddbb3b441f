// Losses of an anchor against texts that should be near and far.

#include <limits>

#include "train/loss_work.h"

namespace sememe::train {
namespace {

/// Rows of several sides, one under the other.
Grid stacked(const std::vector<const Grid*>& parts) {
  Grid all(0, parts.front()->cols);
  for (const Grid* part : parts) {
    all.data.insert(all.data.end(), part->data.begin(), part->data.end());
    all.rows += part->rows;
  }
  return all;
}

/// Adds consecutive rows of `d` to the gradients of the directions of `sides`, from side `first` on.
void unstack(const Grid& d, std::vector<Side>& sides, std::size_t first) {
  std::int64_t at = 0;
  for (std::size_t s = first; s < sides.size(); ++s) {
    add_scaled(1, d.row(at), sides[s].d_unit.data.data(), sides[s].size() * d.cols);
    at += sides[s].size();
  }
}

/// Mean cross-entropy of rows whose right answer is column i; `s` becomes the gradient, times `weight`.
double mean_cross_entropy(Grid& s, double weight) {
  double sum = 0;
  const double n = static_cast<double>(s.rows);
  for (std::int64_t i = 0; i < s.rows; ++i) {
    sum += cross_entropy(s.row(i), s.cols, i);
    for (std::int64_t j = 0; j < s.cols; ++j) s.row(i)[j] *= weight / n;
  }
  return weight * sum / n;
}

}  // namespace

double lesson_loss(const LossSpec&, LossWork& work) {
  Side &a = work.sides[0], &p = work.sides[1], &n = work.sides[2];
  const double count = static_cast<double>(work.rows());
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    sum += cosine(a, n, i) - cosine(a, p, i);
    cosine_backward(a, n, i, 1 / count);
    cosine_backward(a, p, i, -1 / count);
  }
  return sum / count;
}

double ranking_loss(const LossSpec& spec, LossWork& work) {
  std::vector<const Grid*> parts;
  for (std::size_t i = 1; i < work.sides.size(); ++i) parts.push_back(&work.sides[i].unit);
  const Grid candidates = stacked(parts);
  const Grid& anchors = work.sides[0].unit;
  Grid s = scores(anchors, candidates, work.pool);
  for (double& x : s.data) x *= spec.scale;
  const std::int64_t n = anchors.rows;
  Grid back;
  double loss = 0;
  if (spec.symmetric) {
    back = Grid(n, n);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) back.row(j)[i] = s.row(i)[j];
    loss = mean_cross_entropy(back, 0.5);
  }
  loss += mean_cross_entropy(s, spec.symmetric ? 0.5 : 1);
  for (std::int64_t i = 0; i < back.rows; ++i)
    for (std::int64_t j = 0; j < back.cols; ++j) s.row(j)[i] += back.row(i)[j];
  for (double& x : s.data) x *= spec.scale;
  Grid d_candidates(candidates.rows, candidates.cols);
  scores_backward(s, anchors, candidates, work.sides[0].d_unit, d_candidates, work.pool);
  unstack(d_candidates, work.sides, 1);
  return loss;
}

// Solatorio 2024: cosines of anchor-positive, anchor-anchor, positive-positive and anchor-negative are candidates,
// those left out that the guide finds nearer than the positive by more than -margin.
double gist_loss(const LossSpec& spec, LossWork& work) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  const std::int64_t n = work.rows();
  struct Block {
    std::size_t left, right;  // sides
    bool own;                 // the diagonal is the right answer
  };
  std::vector<Block> blocks = {{0, 1, true}, {0, 0, false}, {1, 1, false}};
  for (std::size_t s = 2; s < work.sides.size(); ++s) blocks.push_back({0, s, false});
  std::vector<double> limit(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i)
    limit[static_cast<std::size_t>(i)] =
        dot(work.guide[0].row(i), work.guide[1].row(i), work.guide[0].cols) - spec.margin;
  Grid all(n, n * static_cast<std::int64_t>(blocks.size()));
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const Grid s = scores(work.sides[blocks[b].left].unit, work.sides[blocks[b].right].unit, work.pool);
    const Grid g = scores(work.guide[blocks[b].left], work.guide[blocks[b].right], work.pool);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        const bool answer = blocks[b].own && i == j;
        const bool near = g.row(i)[j] > limit[static_cast<std::size_t>(i)];
        all.row(i)[static_cast<std::int64_t>(b) * n + j] = near && !answer ? kNone : s.row(i)[j] * spec.scale;
      }
  }
  const double loss = mean_cross_entropy(all, 1);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    Grid d(n, n);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) d.row(i)[j] = all.row(i)[static_cast<std::int64_t>(b) * n + j] * spec.scale;
    Side &left = work.sides[blocks[b].left], &right = work.sides[blocks[b].right];
    if (&left == &right) {  // both sides of the product are one matrix
      Grid other(n, left.x.cols);
      scores_backward(d, left.unit, left.unit, left.d_unit, other, work.pool);
      add_scaled(1, other.data.data(), left.d_unit.data.data(), n * left.x.cols);
    } else {
      scores_backward(d, left.unit, right.unit, left.d_unit, right.d_unit, work.pool);
    }
  }
  return loss;
}

double triplet_loss(const LossSpec& spec, LossWork& work) {
  Side &a = work.sides[0], &p = work.sides[1], &n = work.sides[2];
  const double count = static_cast<double>(work.rows());
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    const double gap = distance(spec.distance, a, p, i, i) - distance(spec.distance, a, n, i, i) + spec.margin;
    if (gap <= 0) continue;
    sum += gap;
    distance_backward(spec.distance, a, p, i, i, 1 / count);
    distance_backward(spec.distance, a, n, i, i, -1 / count);
  }
  return sum / count;
}

}  // namespace sememe::train
