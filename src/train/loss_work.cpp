#include "train/loss_work.h"

#include <algorithm>
#include <limits>

namespace sememe::train {

Side::Side(Grid values)
    : x(std::move(values)),
      unit(x.rows, x.cols),
      d_x(x.rows, x.cols),
      d_unit(x.rows, x.cols),
      norm(static_cast<std::size_t>(x.rows)) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const double length = std::max(std::sqrt(dot(x.row(i), x.row(i), x.cols)), 1e-12);
    norm[static_cast<std::size_t>(i)] = length;
    for (std::int64_t j = 0; j < x.cols; ++j) unit.row(i)[j] = x.row(i)[j] / length;
  }
}

void Side::finish() {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const double along = dot(d_unit.row(i), unit.row(i), x.cols), length = norm[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < x.cols; ++j) d_x.row(i)[j] += (d_unit.row(i)[j] - along * unit.row(i)[j]) / length;
  }
}

double dot(const double* a, const double* b, std::int64_t n) {
  double part[4] = {0, 0, 0, 0};
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; ++k) part[k] += a[i + k] * b[i + k];
  for (; i < n; ++i) part[0] += a[i] * b[i];
  return (part[0] + part[1]) + (part[2] + part[3]);
}

void add_scaled(double factor, const double* x, double* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

Grid scores(const Grid& a, const Grid& b, ThreadPool& pool) {
  Grid s(a.rows, b.rows);
  for_each_block(pool, a.rows, 8, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t j = 0; j < b.rows; ++j) s.row(i)[j] = dot(a.row(i), b.row(j), a.cols);
  });
  return s;
}

void scores_backward(const Grid& d_s, const Grid& a, const Grid& b, Grid& d_a, Grid& d_b, ThreadPool& pool) {
  for_each_block(pool, a.rows, 8, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t j = 0; j < b.rows; ++j) add_scaled(d_s.row(i)[j], b.row(j), d_a.row(i), a.cols);
  });
  for_each_block(pool, b.rows, 8, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t j = first; j < first + count; ++j)
      for (std::int64_t i = 0; i < a.rows; ++i) add_scaled(d_s.row(i)[j], a.row(i), d_b.row(j), a.cols);
  });
}

double cosine(const Side& a, const Side& b, std::int64_t i) { return dot(a.unit.row(i), b.unit.row(i), a.x.cols); }
void cosine_backward(Side& a, Side& b, std::int64_t i, double d) {
  add_scaled(d, b.unit.row(i), a.d_unit.row(i), a.x.cols);
  add_scaled(d, a.unit.row(i), b.d_unit.row(i), a.x.cols);
}

double distance(Distance kind, const Side& a, const Side& b, std::int64_t i, std::int64_t j) {
  if (kind == Distance::kCosine) return 1 - dot(a.unit.row(i), b.unit.row(j), a.x.cols);
  double sum = 0;
  for (std::int64_t k = 0; k < a.x.cols; ++k) {
    const double c = a.x.row(i)[k] - b.x.row(j)[k] + 1e-6;
    sum += kind == Distance::kEuclidean ? c * c : std::abs(c);
  }
  return kind == Distance::kEuclidean ? std::sqrt(sum) : sum;
}

void distance_backward(Distance kind, Side& a, Side& b, std::int64_t i, std::int64_t j, double d) {
  if (kind == Distance::kCosine) {
    add_scaled(-d, b.unit.row(j), a.d_unit.row(i), a.x.cols);
    add_scaled(-d, a.unit.row(i), b.d_unit.row(j), a.x.cols);
    return;
  }
  const double length = kind == Distance::kEuclidean ? distance(kind, a, b, i, j) : 1;
  if (length == 0) return;
  for (std::int64_t k = 0; k < a.x.cols; ++k) {
    const double c = a.x.row(i)[k] - b.x.row(j)[k] + 1e-6;
    const double slope = kind == Distance::kEuclidean ? c / length : static_cast<double>((c > 0) - (c < 0));
    a.d_x.row(i)[k] += d * slope;
    b.d_x.row(j)[k] -= d * slope;
  }
}

double cross_entropy(double* row, std::int64_t n, std::int64_t target) {
  const double most = *std::max_element(row, row + n), wanted = row[target];
  double sum = 0;
  for (std::int64_t j = 0; j < n; ++j) sum += row[j] = std::exp(row[j] - most);
  for (std::int64_t j = 0; j < n; ++j) row[j] /= sum;
  row[target] -= 1;
  return std::log(sum) + most - wanted;
}

}  // namespace sememe::train
