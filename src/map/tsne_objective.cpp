#include <cmath>

#include "map/points.h"
#include "map/tsne.h"
#include "map/wide.h"

namespace sememe {
namespace {

constexpr std::int64_t kLanes = 8;

struct Pull {
  float x = 0, y = 0;
};

/// sum_j p_j w_ij (y_i - y_j) over `count` neighbours. Eight sums side by side, added in one order.
SEMEME_WIDE Pull attraction(const float* y, std::int64_t i, const std::int32_t* columns, const float* p,
                            std::int64_t count) {
  float sum_x[kLanes] = {}, sum_y[kLanes] = {};
  const float x0 = y[2 * i], y0 = y[2 * i + 1];
  std::int64_t e = 0;
  for (; e + kLanes <= count; e += kLanes) {
    float dx[kLanes], dy[kLanes];
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float* const other = y + 2 * std::int64_t{columns[e + l]};
      dx[l] = x0 - other[0];
      dy[l] = y0 - other[1];
    }
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float w = p[e + l] / (1 + dx[l] * dx[l] + dy[l] * dy[l]);
      sum_x[l] += w * dx[l];
      sum_y[l] += w * dy[l];
    }
  }
  for (; e < count; ++e) {
    const float* const other = y + 2 * std::int64_t{columns[e]};
    const float dx = x0 - other[0], dy = y0 - other[1], w = p[e] / (1 + dx * dx + dy * dy);
    sum_x[0] += w * dx;
    sum_y[0] += w * dy;
  }
  Pull out;
  for (std::int64_t l = 0; l < kLanes; ++l) out.x += sum_x[l], out.y += sum_y[l];
  return out;
}

struct Push {
  double x = 0, y = 0, sum = 0;
};

/// sum_j w_ij^2 (y_i - y_j) and sum_j w_ij over all n points, in eight sums as above.
SEMEME_WIDE Push repulsion(const double* xs, const double* ys, std::int64_t i, std::int64_t n) {
  double sum_x[kLanes] = {}, sum_y[kLanes] = {}, sum_w[kLanes] = {};
  const double x0 = xs[i], y0 = ys[i];
  std::int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes)
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const double dx = x0 - xs[j + l], dy = y0 - ys[j + l], w = 1 / (1 + dx * dx + dy * dy);
      sum_w[l] += w;
      sum_x[l] += w * w * dx;
      sum_y[l] += w * w * dy;
    }
  for (; j < n; ++j) {
    const double dx = x0 - xs[j], dy = y0 - ys[j], w = 1 / (1 + dx * dx + dy * dy);
    sum_w[0] += w;
    sum_x[0] += w * w * dx;
    sum_y[0] += w * w * dy;
  }
  Push out;
  for (std::int64_t l = 0; l < kLanes; ++l) out.x += sum_x[l], out.y += sum_y[l], out.sum += sum_w[l];
  return out;
}

double total(const std::vector<double>& parts) {
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

}  // namespace

TsneObjective::TsneObjective(SparseMatrix p, bool exact, ThreadPool& pool)
    : n_(p.n), exact_(exact), pool_(pool), p_(std::move(p)), row_sums_(n_) {
  for (const double v : p_.values) {
    sum_ += v;
    if (v > 0) log_sum_ += v * std::log(v);
  }
  if (exact_) return;
  values_.assign(p_.values.begin(), p_.values.end());
  p_.values = {};
  grid_.emplace(pool_);
  y_.resize(2 * n_);
  forces_.resize(2 * n_);
}

double TsneObjective::gradient(const std::vector<double>& y, double exaggeration, std::vector<double>& gradient,
                               bool divergence) {
  gradient.resize(2 * n_);
  const double z = exact_ ? repel_exactly(y, gradient) : repel_by_grid(y, gradient);
  for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const std::int64_t begin = p_.begins[i], end = p_.begins[i + 1];
      double x = 0, along_y = 0;
      if (exact_) {
        for (std::int64_t e = begin; e < end; ++e) {
          const std::int64_t j = p_.columns[e];
          const double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1];
          const double w = p_.values[e] / (1 + dx * dx + dy * dy);
          x += w * dx;
          along_y += w * dy;
        }
      } else {
        const Pull pull = attraction(y_.data(), i, p_.columns.data() + begin, values_.data() + begin, end - begin);
        x = static_cast<double>(pull.x), along_y = static_cast<double>(pull.y);
      }
      gradient[2 * i] = exaggeration * x - (z > 0 ? gradient[2 * i] / z : 0);
      gradient[2 * i + 1] = exaggeration * along_y - (z > 0 ? gradient[2 * i + 1] / z : 0);
    }
  });
  return divergence ? kl_divergence(y, z) : 0;
}

double TsneObjective::kl_divergence(const std::vector<double>& y, double z) {
  if (!(z > 0)) return 0;  // a single point
  for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      double sum = 0;
      for (std::int64_t e = p_.begins[i]; e < p_.begins[i + 1]; ++e) {
        const std::int64_t j = p_.columns[e];
        const double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1];
        sum += (exact_ ? p_.values[e] : static_cast<double>(values_[e])) * std::log1p(dx * dx + dy * dy);
      }
      row_sums_[i] = sum;
    }
  });
  return log_sum_ + total(row_sums_) + sum_ * std::log(z);
}

double TsneObjective::repel_exactly(const std::vector<double>& y, std::vector<double>& forces) {
  columns_.resize(2 * n_);
  for (std::int64_t i = 0; i < n_; ++i) columns_[i] = y[2 * i], columns_[n_ + i] = y[2 * i + 1];
  constexpr std::int64_t kRows = 32;
  for_each_block(pool_, n_, kRows, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const Push push = repulsion(columns_.data(), columns_.data() + n_, i, n_);
      row_sums_[i] = push.sum - 1;  // without itself
      forces[2 * i] = push.x;
      forces[2 * i + 1] = push.y;
    }
  });
  return total(row_sums_);
}

double TsneObjective::repel_by_grid(const std::vector<double>& y, std::vector<double>& forces) {
  for (std::size_t i = 0; i < y.size(); ++i) y_[i] = static_cast<float>(y[i]);
  const double z = grid_->forces(y_, forces_);
  for (std::size_t i = 0; i < y.size(); ++i) forces[i] = static_cast<double>(forces_[i]);
  return z;
}

}  // namespace sememe
