// Losses of texts and pairs that carry a class.

#include <algorithm>
#include <limits>

#include "train/loss_work.h"

namespace sememe::train {
namespace {

/// All distances between the texts of a batch. Euclidean ones without the small shift that distance() has.
class Distances {
 public:
  Distances(Distance kind, Side& side) : kind_(kind), side_(side), value_(side.size(), side.size()) {
    for (std::int64_t i = 0; i < side.size(); ++i)
      for (std::int64_t j = 0; j < side.size(); ++j) {
        double sum = kind == Distance::kCosine ? 1 - dot(side.unit.row(i), side.unit.row(j), side.x.cols) : 0;
        if (kind != Distance::kCosine && i != j)
          for (std::int64_t k = 0; k < side.x.cols; ++k) {
            const double c = side.x.row(i)[k] - side.x.row(j)[k];
            sum += c * c;
          }
        value_.row(i)[j] = kind == Distance::kCosine ? sum : std::sqrt(sum);
      }
  }
  double operator()(std::int64_t i, std::int64_t j) const { return value_.row(i)[j]; }
  void backward(std::int64_t i, std::int64_t j, double d) {
    if (kind_ == Distance::kCosine) return distance_backward(kind_, side_, side_, i, j, d);
    if (value_.row(i)[j] == 0) return;
    for (std::int64_t k = 0; k < side_.x.cols; ++k) {
      const double c = d * (side_.x.row(i)[k] - side_.x.row(j)[k]) / value_.row(i)[j];
      side_.d_x.row(i)[k] += c;
      side_.d_x.row(j)[k] -= c;
    }
  }

 private:
  Distance kind_;
  Side& side_;
  Grid value_;
};

}  // namespace

// Hermans et al. 2017 (batch hard, soft margin, batch all); Schroff et al. 2015 (semi-hard).
double class_triplet_loss(const LossSpec& spec, LossWork& work) {
  Distances far(spec.distance, work.sides[0]);
  const std::int64_t n = work.rows();
  const auto same = [&](std::int64_t i, std::int64_t j) {
    return work.targets[static_cast<std::size_t>(i)] == work.targets[static_cast<std::size_t>(j)];
  };
  struct Term {
    std::int64_t anchor, positive, negative;
    double slope;
  };
  std::vector<Term> terms;
  double sum = 0, count = 0;
  const auto hinge = [&](std::int64_t i, std::int64_t p, std::int64_t q) {
    const double gap = (p < 0 ? 0 : far(i, p)) - far(i, q) + spec.margin;
    if (gap <= 0) return false;
    sum += gap;
    terms.push_back({i, p, q, 1});
    return true;
  };
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t farthest = -1, nearest = -1, remotest = -1;  // of the own class; of others
    for (std::int64_t j = 0; j < n; ++j) {
      if (same(i, j)) {
        if (j != i && (farthest < 0 || far(i, j) > far(i, farthest))) farthest = j;
      } else {
        if (nearest < 0 || far(i, j) < far(i, nearest)) nearest = j;
        if (remotest < 0 || far(i, j) > far(i, remotest)) remotest = j;
      }
    }
    if (nearest < 0) continue;  // one class in the whole batch teaches nothing
    if (spec.kind == LossKind::kBatchHard) {
      hinge(i, farthest, nearest);
      count = static_cast<double>(n);
    } else if (spec.kind == LossKind::kBatchHardSoftMargin) {
      const double gap = (farthest < 0 ? 0 : far(i, farthest)) - far(i, nearest);
      sum += gap > 30 ? gap : std::log1p(std::exp(gap));
      terms.push_back({i, farthest, nearest, 1 / (1 + std::exp(-gap))});
      count = static_cast<double>(n);
    } else {
      for (std::int64_t p = 0; p < n; ++p) {
        if (p == i || !same(i, p)) continue;
        if (spec.kind == LossKind::kBatchAll) {
          for (std::int64_t q = 0; q < n; ++q)
            if (!same(i, q) && hinge(i, p, q)) count += 1;
        } else {
          std::int64_t semi = -1;  // the nearest of those farther than the positive, else the remotest
          for (std::int64_t q = 0; q < n; ++q)
            if (!same(i, q) && far(i, q) > far(i, p) && (semi < 0 || far(i, q) < far(i, semi))) semi = q;
          hinge(i, p, semi < 0 ? remotest : semi);
          count += 1;
        }
      }
    }
  }
  if (count == 0) return 0;
  for (const Term& t : terms) {
    if (t.positive >= 0) far.backward(t.anchor, t.positive, t.slope / count);
    far.backward(t.anchor, t.negative, -t.slope / count);
  }
  return sum / count;
}

// Reimers & Gurevych 2019, section 3: softmax(W (u, v, |u - v|) + b).
double softmax_loss(const LossSpec&, LossWork& work) {
  Side &u = work.sides[0], &v = work.sides[1];
  const std::int64_t d = u.x.cols, classes = work.head.rows;
  const double n = static_cast<double>(work.rows());
  std::vector<double> features(static_cast<std::size_t>(3 * d)), d_features(features.size());
  std::vector<double> logits(static_cast<std::size_t>(classes));
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    std::copy_n(u.x.row(i), d, features.begin());
    std::copy_n(v.x.row(i), d, features.begin() + d);
    for (std::int64_t k = 0; k < d; ++k)
      features[static_cast<std::size_t>(2 * d + k)] = std::abs(u.x.row(i)[k] - v.x.row(i)[k]);
    for (std::int64_t c = 0; c < classes; ++c)
      logits[static_cast<std::size_t>(c)] = dot(work.head.row(c), features.data(), 3 * d) + work.head.row(c)[3 * d];
    sum += cross_entropy(logits.data(), classes, static_cast<std::int64_t>(work.targets[static_cast<std::size_t>(i)]));
    std::fill(d_features.begin(), d_features.end(), 0.0);
    for (std::int64_t c = 0; c < classes; ++c) {
      const double g = logits[static_cast<std::size_t>(c)] / n;
      add_scaled(g, features.data(), work.d_head.row(c), 3 * d);
      work.d_head.row(c)[3 * d] += g;
      add_scaled(g, work.head.row(c), d_features.data(), 3 * d);
    }
    add_scaled(1, d_features.data(), u.d_x.row(i), d);
    add_scaled(1, d_features.data() + d, v.d_x.row(i), d);
    for (std::int64_t k = 0; k < d; ++k) {
      const double off = u.x.row(i)[k] - v.x.row(i)[k], g = d_features[static_cast<std::size_t>(2 * d + k)];
      const double slope = static_cast<double>((off > 0) - (off < 0)) * g;
      u.d_x.row(i)[k] += slope;
      v.d_x.row(i)[k] -= slope;
    }
  }
  return sum / n;
}

}  // namespace sememe::train
