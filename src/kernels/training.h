#pragma once

#include <cstdint>

#include "kernels/kernels.h"

namespace sememe {

/// One step of AdamW over some elements.
struct AdamStep {
  float rate = 0;              ///< learning rate, not corrected for bias
  float decay = 0;             ///< weight decay; values shrink by rate * decay
  float beta1 = 0, beta2 = 0;  ///< decay of the moments
  float epsilon = 0;
  float correction1 = 1, correction2 = 1;  ///< 1 - beta^step: what the moments are divided by
  float gradient_scale = 1;                ///< clipping: the gradient is multiplied by it
};

/// y (M, N) = x W, or += it: float32 matrices as they lie, rows `stride` elements apart. Every element is summed over k
/// in ascending order, by columns in blocks of 512 whose sums are added, whatever stands beside it.
struct PlainGemmArgs {
  const float* x = nullptr;  ///< (M, K), or (K, M) if x_by_columns
  std::int64_t x_stride = 0;
  bool x_by_columns = false;
  const float* w = nullptr;  ///< (K, N)
  std::int64_t w_stride = 0;
  float* y = nullptr;
  std::int64_t y_stride = 0;
  bool accumulate = false;
  std::int64_t m = 0, n = 0, k = 0;
};

/// The arithmetic that only training needs, per instruction set, under the rules of KernelTable.
struct TrainingKernels {
  void (*gemm_plain)(const PlainGemmArgs& args) noexcept;
  /// y = gelu(x) (the erf form), right to the rounding of float32 where KernelTable::activate is to 1e-6; y may be x.
  void (*gelu_forward)(const float* x, float* y, std::int64_t n) noexcept;
  /// d[i] *= f'(x[i]).
  void (*activation_backward)(Activation f, const float* x, float* d, std::int64_t n) noexcept;
  /// s = softmax(s * scale) in place.
  void (*softmax)(float* s, float scale, std::int64_t n) noexcept;
  /// d = scale * (d kept - p sum(d kept)), the gradient before the softmax that gave p and dropout that made it `kept`,
  /// which is p where there is none.
  void (*softmax_backward)(const float* p, const float* kept, float* d, float scale, std::int64_t n) noexcept;
  /// As KernelTable::layer_norm; keeps (x - mean) / deviation in `unit` and returns 1 / deviation. Every number is
  /// taken in double and rounded once.
  float (*layer_norm_forward)(const float* x, const float* gamma, const float* beta, float eps, float* unit, float* y,
                              std::int64_t n) noexcept;
  /// d_x = rstd * (g - mean(g) - unit * mean(g unit)), g = d_y gamma, or += it; d_gamma += d_y unit; d_beta += d_y. d_x
  /// may be d_y unless it is added to.
  void (*layer_norm_backward)(const float* d_y, const float* unit, float rstd, const float* gamma, float* d_x,
                              bool accumulate, float* d_gamma, float* d_beta, std::int64_t n) noexcept;
  /// Dropout of n values by the words of CounterRng(seed, stream) from block `block` on, each 16 bits of them for one
  /// value: x = 0 where they are below `threshold`, else x * factor.
  void (*dropout)(std::uint64_t seed, std::uint64_t stream, std::uint64_t block, std::uint32_t threshold, float factor,
                  float* x, std::int64_t n) noexcept;
  /// value, first and second moment from gradient: Loshchilov & Hutter 2019, algorithm 2, in the order of PyTorch.
  void (*adamw)(const AdamStep& step, const float* gradient, float* first, float* second, float* value,
                std::int64_t n) noexcept;
  void (*scale)(float factor, float* x, std::int64_t n) noexcept;     ///< x = factor x
  double (*sum_of_squares)(const float* x, std::int64_t n) noexcept;  ///< in double
};

const TrainingKernels& training_kernels();  ///< of the instruction set that kernels() chose
const TrainingKernels& training_kernels(Isa isa);

}  // namespace sememe
