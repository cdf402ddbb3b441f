#include "train/row_ops.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/training.h"

namespace sememe::train {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double value_of(Activation f, double x) {
  constexpr double kRoot = 0.7978845608028654;  // sqrt(2 / pi)
  switch (f) {
    case Activation::kIdentity:
      return x;
    case Activation::kGelu:
      return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::kGeluTanh:
      return 0.5 * x * (1 + std::tanh(kRoot * (x + 0.044715 * x * x * x)));
    case Activation::kQuickGelu:
      return x * sigmoid(1.702 * x);
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kSilu:
      return x * sigmoid(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return sigmoid(x);
  }
  return x;
}

double slope_of(Activation f, double x) {
  constexpr double kRoot = 0.7978845608028654;
  const auto swish = [&](double c) { return sigmoid(c * x) + c * x * sigmoid(c * x) * (1 - sigmoid(c * x)); };
  switch (f) {
    case Activation::kIdentity:
      return 1;
    case Activation::kGelu:
      return 0.5 * (1 + std::erf(x / std::numbers::sqrt2)) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    case Activation::kGeluTanh: {
      const double t = std::tanh(kRoot * (x + 0.044715 * x * x * x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * kRoot * (1 + 3 * 0.044715 * x * x);
    }
    case Activation::kQuickGelu:
      return swish(1.702);
    case Activation::kRelu:
      return x > 0 ? 1 : 0;
    case Activation::kSilu:
      return swish(1);
    case Activation::kTanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case Activation::kSigmoid:
      return sigmoid(x) * (1 - sigmoid(x));
  }
  return 1;
}

void activate_row(Activation f, const float* x, float* y, std::int64_t n) {
  if (f == Activation::kGelu) return training_kernels().gelu_forward(x, y, n);
  if (x != y) std::copy_n(x, n, y);
  kernels().activate(f, y, n);
}
void activate_row(Activation f, const double* x, double* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = value_of(f, x[i]);
}
void slope_row(Activation f, const float* x, float* d, std::int64_t n) {
  training_kernels().activation_backward(f, x, d, n);
}
void slope_row(Activation f, const double* x, double* d, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) d[i] *= slope_of(f, x[i]);
}

float norm_row(const float* x, const float* gamma, const float* beta, double eps, float* unit, float* y,
               std::int64_t n) {
  return training_kernels().layer_norm_forward(x, gamma, beta, static_cast<float>(eps), unit, y, n);
}
double norm_row(const double* x, const double* gamma, const double* beta, double eps, double* unit, double* y,
                std::int64_t n) {
  double mean = 0, variance = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += x[i] / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(n);
  const double r = 1 / std::sqrt(variance + eps);
  for (std::int64_t i = 0; i < n; ++i) {
    unit[i] = (x[i] - mean) * r;
    y[i] = unit[i] * gamma[i] + beta[i];
  }
  return r;
}

void norm_row_backward(const float* d_y, const float* unit, float rstd, const float* gamma, bool accumulate, float* d_x,
                       float* d_gamma, float* d_beta, std::int64_t n) {
  training_kernels().layer_norm_backward(d_y, unit, rstd, gamma, d_x, accumulate, d_gamma, d_beta, n);
}
void norm_row_backward(const double* d_y, const double* unit, double rstd, const double* gamma, bool accumulate,
                       double* d_x, double* d_gamma, double* d_beta, std::int64_t n) {
  double mean_g = 0, mean_gu = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    mean_g += d_y[i] * gamma[i] / static_cast<double>(n);
    mean_gu += d_y[i] * gamma[i] * unit[i] / static_cast<double>(n);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    d_gamma[i] += d_y[i] * unit[i];
    d_beta[i] += d_y[i];
    d_x[i] = (accumulate ? d_x[i] : 0) + rstd * (d_y[i] * gamma[i] - mean_g - unit[i] * mean_gu);
  }
}

}  // namespace

void for_each_rows(ThreadPool* pool, std::int64_t total, std::int64_t block,
                   FunctionRef<void(std::int64_t, std::int64_t)> rows) {
  const std::int64_t blocks = (total + block - 1) / block;
  const auto one = [&](std::int64_t b, int) { rows(b * block, std::min(block, total - b * block)); };
  if (pool != nullptr && pool->size() > 1 && blocks > 1) return pool->run(blocks, one);
  for (std::int64_t b = 0; b < blocks; ++b) one(b, 0);
}

template <class T>
void activation_forward(Activation f, MatView<const T> x, MatView<T> y, ThreadPool* pool) {
  for_each_rows(pool, x.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i) activate_row(f, x.row(i), y.row(i), x.cols);
  });
}

template <class T>
void activation_backward(Activation f, MatView<const T> x, MatView<T> d, ThreadPool* pool) {
  for_each_rows(pool, x.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i) slope_row(f, x.row(i), d.row(i), x.cols);
  });
}

template <>
void softmax_forward(float* s, double scale, std::int64_t n) {
  training_kernels().softmax(s, static_cast<float>(scale), n);
}
template <>
void softmax_forward(double* s, double scale, std::int64_t n) {
  const double most = *std::max_element(s, s + n);
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += s[i] = std::exp((s[i] - most) * scale);
  for (std::int64_t i = 0; i < n; ++i) s[i] /= sum;
}
template <>
void softmax_backward(const float* p, const float* kept, float* d, double scale, std::int64_t n) {
  training_kernels().softmax_backward(p, kept, d, static_cast<float>(scale), n);
}
template <>
void softmax_backward(const double* p, const double* kept, double* d, double scale, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += kept[i] * d[i];
  for (std::int64_t i = 0; i < n; ++i) d[i] = scale * (kept[i] * d[i] - p[i] * sum);
}

template <class T>
void norm_forward(MatView<const T> x, const Parameter<T>& gamma, const Parameter<T>& beta, double eps,
                  NormTape<T>& tape, MatView<T> y, ThreadPool* pool) {
  tape.unit.reserve_discard(x.rows * x.cols);
  tape.rstd.reserve_discard(x.rows);
  for_each_rows(pool, x.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i)
      tape.rstd[i] = norm_row(x.row(i), gamma.value.data(), beta.value.data(), eps, tape.unit.data() + i * x.cols,
                              y.row(i), x.cols);
  });
}

template <class T>
void norm_backward(MatView<const T> d_y, const NormTape<T>& tape, Parameter<T>& gamma, Parameter<T>& beta,
                   bool accumulate, MatView<T> d_x, ThreadPool* pool) {
  constexpr std::int64_t kBlock = 128;
  const std::int64_t d = d_y.cols, blocks = (d_y.rows + kBlock - 1) / kBlock;
  Buffer<T> sums(blocks * 2 * d, T(0));
  for_each_rows(pool, d_y.rows, kBlock, [&](std::int64_t first, std::int64_t count) {
    T* const part = sums.data() + first / kBlock * 2 * d;
    for (std::int64_t i = first; i < first + count; ++i)
      norm_row_backward(d_y.row(i), tape.unit.data() + i * d, tape.rstd[i], gamma.value.data(), accumulate, d_x.row(i),
                        part, part + d, d);
  });
  T* const d_gamma = gamma.gradient_matrix().data;
  T* const d_beta = beta.gradient_matrix().data;
  for (std::int64_t b = 0; b < blocks; ++b)
    for (std::int64_t i = 0; i < d; ++i) {
      d_gamma[i] += sums[b * 2 * d + i];
      d_beta[i] += sums[b * 2 * d + d + i];
    }
}

#define SEMEME_FOR(T)                                                                                                  \
  template void activation_forward<T>(Activation, MatView<const T>, MatView<T>, ThreadPool*);                          \
  template void activation_backward<T>(Activation, MatView<const T>, MatView<T>, ThreadPool*);                         \
  template void norm_forward<T>(MatView<const T>, const Parameter<T>&, const Parameter<T>&, double, NormTape<T>&,      \
                                MatView<T>, ThreadPool*);                                                              \
  template void norm_backward<T>(MatView<const T>, const NormTape<T>&, Parameter<T>&, Parameter<T>&, bool, MatView<T>, \
                                 ThreadPool*);
SEMEME_FOR(float)
SEMEME_FOR(double)
#undef SEMEME_FOR

}  // namespace sememe::train
