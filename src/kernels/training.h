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

/// The arithmetic that only training needs, per instruction set, under the rules of KernelTable.
struct TrainingKernels {
  /// x = gelu(x) (the erf form), right to the rounding of float32 where KernelTable::activate is to 1e-6.
  void (*gelu_forward)(float* x, std::int64_t n) noexcept;
  /// d[i] *= f'(x[i]).
  void (*activation_backward)(Activation f, const float* x, float* d, std::int64_t n) noexcept;
  /// s = softmax(s * scale) in place.
  void (*softmax)(float* s, float scale, std::int64_t n) noexcept;
  /// d = scale * p * (d - sum(d p)), the gradient before the softmax that gave p.
  void (*softmax_backward)(const float* p, float* d, float scale, std::int64_t n) noexcept;
  /// As KernelTable::layer_norm; keeps (x - mean) / deviation in `unit` and returns 1 / deviation. Every number is
  /// taken in double and rounded once.
  float (*layer_norm_forward)(const float* x, const float* gamma, const float* beta, float eps, float* unit, float* y,
                              std::int64_t n) noexcept;
  /// d_x += rstd * (g - mean(g) - unit * mean(g unit)), g = d_y gamma; d_gamma += d_y unit; d_beta += d_y.
  void (*layer_norm_backward)(const float* d_y, const float* unit, float rstd, const float* gamma, float* d_x,
                              float* d_gamma, float* d_beta, std::int64_t n) noexcept;
  /// Dropout of n values by the words of CounterRng(seed, stream) from block `block` on, each 16 bits of them for one
  /// value: x = 0 where they are below `threshold`, else x * factor.
  void (*dropout)(std::uint64_t seed, std::uint64_t stream, std::uint64_t block, std::uint32_t threshold, float factor,
                  float* x, std::int64_t n) noexcept;
  /// value, first and second moment from gradient: Loshchilov & Hutter 2019, algorithm 2, in the order of PyTorch.
  void (*adamw)(const AdamStep& step, const float* gradient, float* first, float* second, float* value,
                std::int64_t n) noexcept;
};

const TrainingKernels& training_kernels();  ///< of the instruction set that kernels() chose
const TrainingKernels& training_kernels(Isa isa);

}  // namespace sememe
