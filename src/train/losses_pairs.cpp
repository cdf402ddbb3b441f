// Losses of pairs that carry a number.

#include <algorithm>

#include "train/loss_work.h"

namespace sememe::train {
namespace {

/// AnglE's similarity before its absolute value: with x = (a, b) and y = (c, d) as halves of complex vectors,
/// (a c + b d + b c - a d) / (|x| |y|).  Source  Li & Li 2023; sentence_transformers.util.pairwise_angle_sim.
double angle(const Side& x, const Side& y, std::int64_t i) {
  const std::int64_t h = x.x.cols / 2;
  const double *a = x.unit.row(i), *b = a + h, *c = y.unit.row(i), *d = c + h;
  return dot(a, c, h) + dot(b, d, h) + dot(b, c, h) - dot(a, d, h);
}
void angle_backward(Side& x, Side& y, std::int64_t i, double g) {
  const std::int64_t h = x.x.cols / 2;
  const double *a = x.unit.row(i), *b = a + h, *c = y.unit.row(i), *d = c + h;
  double *da = x.d_unit.row(i), *db = da + h, *dc = y.d_unit.row(i), *dd = dc + h;
  add_scaled(g, c, da, h), add_scaled(-g, d, da, h), add_scaled(g, d, db, h), add_scaled(g, c, db, h);
  add_scaled(g, a, dc, h), add_scaled(g, b, dc, h), add_scaled(g, b, dd, h), add_scaled(-g, a, dd, h);
}

}  // namespace

double order_loss(const LossSpec& spec, LossWork& work) {
  Side &a = work.sides[0], &b = work.sides[1];
  const auto n = static_cast<std::size_t>(work.rows());
  const bool by_angle = spec.kind == LossKind::kAngle;
  std::vector<double> s(n), sign(n, 1), d(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::int64_t>(i);
    s[i] = by_angle ? angle(a, b, at) : cosine(a, b, at);
    if (by_angle && s[i] < 0) {
      s[i] = -s[i];
      sign[i] = -1;
    }
    s[i] *= spec.scale;
  }
  double most = 0;  // of the term 1 = e^0
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (work.targets[i] < work.targets[j]) most = std::max(most, s[i] - s[j]);
  double sum = std::exp(-most);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (work.targets[i] < work.targets[j]) {
        const double e = std::exp(s[i] - s[j] - most);
        sum += e;
        d[i] += e;
        d[j] -= e;
      }
  for (std::size_t i = 0; i < n; ++i) {
    const double g = d[i] / sum * spec.scale * sign[i];
    by_angle ? angle_backward(a, b, static_cast<std::int64_t>(i), g)
             : cosine_backward(a, b, static_cast<std::int64_t>(i), g);
  }
  return std::log(sum) + most;
}

double cosine_similarity_loss(const LossSpec&, LossWork& work) {
  Side &a = work.sides[0], &b = work.sides[1];
  const double n = static_cast<double>(work.rows());
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    const double off = cosine(a, b, i) - work.targets[static_cast<std::size_t>(i)];
    sum += off * off;
    cosine_backward(a, b, i, 2 * off / n);
  }
  return sum / n;
}

double contrastive_loss(const LossSpec& spec, LossWork& work) {
  Side &a = work.sides[0], &b = work.sides[1];
  const double n = static_cast<double>(work.rows());
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    const double far = distance(spec.distance, a, b, i, i), label = work.targets[static_cast<std::size_t>(i)];
    const double short_of = std::max(spec.margin - far, 0.0);
    sum += 0.5 * (label * far * far + (1 - label) * short_of * short_of);
    distance_backward(spec.distance, a, b, i, i, (label * far - (1 - label) * short_of) / n);
  }
  return sum / n;
}

double online_contrastive_loss(const LossSpec& spec, LossWork& work) {
  Side &a = work.sides[0], &b = work.sides[1];
  std::vector<double> far;
  std::vector<double> same, other;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    far.push_back(distance(spec.distance, a, b, i, i));
    (work.targets[static_cast<std::size_t>(i)] > 0.5 ? same : other).push_back(far.back());
  }
  const auto mean = [](const std::vector<double>& v) {
    double sum = 0;
    for (const double x : v) sum += x;
    return sum / static_cast<double>(v.size());  // NaN of none, with which no comparison holds
  };
  // Hard ones only: negatives nearer than the farthest positive, positives farther than the nearest negative. Of a
  // single one of the other kind, sentence-transformers compares with the mean of the own.
  const double near_limit = same.size() > 1 ? *std::max_element(same.begin(), same.end()) : mean(other);
  const double far_limit = other.size() > 1 ? *std::min_element(other.begin(), other.end()) : mean(same);
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    const double x = far[static_cast<std::size_t>(i)];
    if (work.targets[static_cast<std::size_t>(i)] > 0.5) {
      if (!(x > far_limit)) continue;
      sum += x * x;
      distance_backward(spec.distance, a, b, i, i, 2 * x);
    } else {
      if (!(x < near_limit) || x >= spec.margin) continue;
      sum += (spec.margin - x) * (spec.margin - x);
      distance_backward(spec.distance, a, b, i, i, -2 * (spec.margin - x));
    }
  }
  return sum;
}

}  // namespace sememe::train
