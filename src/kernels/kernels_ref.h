#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"

namespace sememe {

// References: dull loops that accumulate in double, the truth that every table is held to. Written from the formulas,
// not from the kernels: a shared mistake would agree with itself.

inline double dot_ref(const float* a, const float* b, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

inline double gelu_ref(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }
inline double gelu_tanh_ref(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
inline double sigmoid_ref(double x) { return 1 / (1 + std::exp(-x)); }
inline double silu_ref(double x) { return x * sigmoid_ref(x); }
inline double quick_gelu_ref(double x) { return x * sigmoid_ref(1.702 * x); }

/// gamma (x - mean) / sqrt(variance + eps) + beta.
inline std::vector<double> layer_norm_ref(const float* x, const float* gamma, const float* beta, double eps,
                                          std::int64_t n) {
  double mean = 0, variance = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += x[i] / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(n);
  std::vector<double> y(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i)
    y[static_cast<std::size_t>(i)] = gamma[i] * (x[i] - mean) / std::sqrt(variance + eps) + beta[i];
  return y;
}

/// softmax(scale q K^T) V of one query; float32.
inline std::vector<double> attention_ref(const AttentionArgs& a, std::int64_t query) {
  const auto *const q = static_cast<const float*>(a.q), *const k = static_cast<const float*>(a.k),
                    *const v = static_cast<const float*>(a.v);
  std::vector<double> weight(static_cast<std::size_t>(a.tokens)), out(static_cast<std::size_t>(a.head_dim));
  double top = -INFINITY, sum = 0;
  for (std::int64_t j = 0; j < a.tokens; ++j) {
    double& w = weight[static_cast<std::size_t>(j)];
    w = a.scale * dot_ref(q + query * a.stride, k + j * a.stride, a.head_dim);
    top = std::max(top, w);
  }
  for (double& w : weight) sum += w = std::exp(w - top);
  for (std::int64_t j = 0; j < a.tokens; ++j)
    for (std::int64_t d = 0; d < a.head_dim; ++d)
      out[static_cast<std::size_t>(d)] += weight[static_cast<std::size_t>(j)] / sum * v[j * a.stride + d];
  return out;
}

}  // namespace sememe
