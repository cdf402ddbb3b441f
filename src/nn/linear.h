#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "nn/activation.h"

namespace sememe {

/// Columns of an activation buffer, padded so that rows neither share cache lines nor fall 4 KiB apart
/// (which would put them in one L1 set): use it as the stride of every (T, cols) workspace.
std::int64_t padded_stride(std::int64_t cols);

/// y = f(x W^T + b) (+ residual), with the weights packed once into the panels that the kernels of this machine read.
class Linear {
 public:
  Linear() = default;
  /// Shapes   weight (out, in) as torch.nn.Linear stores it; bias (out) or empty.
  /// Threads  packs on `pool`.
  Linear(MatView<const float> weight, std::span<const float> bias, ThreadPool& pool);

  std::int64_t in_features() const { return in_; }
  std::int64_t out_features() const { return out_; }

  /// Shapes   x (N, in), y (N, out), residual (N, out) or empty (data == nullptr); y may be residual, never x.
  /// Values   float32, every element accumulated in float32 in one fixed order of k, so row i is bit-identical for
  ///          any N, any position and any pool.
  /// Threads  splits over columns on `pool` if given; const.
  void forward(MatView<const float> x, MatView<float> y, Activation activation = Activation::kIdentity,
               MatView<const float> residual = {}, ThreadPool* pool = nullptr) const;

 private:
  std::int64_t in_ = 0, out_ = 0;
  Buffer<float> panels_;  ///< layout: kernels/kernels.h
  Buffer<float> bias_;    ///< zeros if there is none, padded to whole panels
};

}  // namespace sememe
