#include <cmath>

#include "map/lanes.h"
#include "map/points.h"
#include "map/tsne.h"

namespace sememe {
namespace {

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
        float pull[2];
        lanes().tsne_attraction(y_.data(), i, p_.columns.data() + begin, values_.data() + begin, end - begin, pull);
        x = static_cast<double>(pull[0]), along_y = static_cast<double>(pull[1]);
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
      double push[3];
      lanes().tsne_repulsion(columns_.data(), columns_.data() + n_, n_, y[2 * i], y[2 * i + 1], push);
      row_sums_[i] = push[2] - 1;  // without itself
      forces[2 * i] = push[0];
      forces[2 * i + 1] = push[1];
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
