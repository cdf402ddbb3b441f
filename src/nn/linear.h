#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "nn/activation.h"
#include "nn/rows.h"
#include "sememe/matrix.h"

namespace sememe {

/// y = f(x W^T + b) (+ residual), with the weights packed once into the panels that the kernels of this machine read.
class Linear {
 public:
  /// Inputs of a product of bytes: more could overflow its sums.
  static constexpr std::int64_t kMaxInt8Inputs = 65536;

  Linear() = default;
  /// Shapes   weight (out, in) as torch.nn.Linear stores it; bias (out) or empty.
  /// Values   kBfloat16: weights rounded to nearest even. kInt8: each output's weights in 127 steps of its largest one;
  ///          in <= kMaxInt8Inputs.
  /// Threads  packs on `pool`.
  Linear(MatView<const float> weight, std::span<const float> bias, ThreadPool& pool,
         NumberType type = NumberType::kFloat32);

  NumberType type() const { return type_; }
  std::int64_t in_features() const { return in_; }
  std::int64_t out_features() const { return out_; }

  /// What was packed, (out, in). Requires type() == kFloat32.
  Matrix weight(ThreadPool& pool) const;
  std::span<const float> bias() const { return bias_.span().first(static_cast<std::size_t>(out_)); }

  /// Shapes   x (N, in) of type(); y (N, out), float32 or bfloat16; residual (N, out) or empty (data == nullptr); y may
  ///          be residual, never x.
  /// Values   float32 sums, every element in one fixed order of k (exact sums of bytes), so row i is bit-identical for
  ///          any N, any position and any pool. Into bfloat16, functions are as accurate as that holds.
  /// Threads  splits over columns on `pool` if given; const.
  void forward(const Rows& x, const Rows& y, Activation activation = Activation::kIdentity,
               MatView<const float> residual = {}, ThreadPool* pool = nullptr) const;
  /// The same for float32.
  void forward(MatView<const float> x, MatView<float> y, Activation activation = Activation::kIdentity,
               MatView<const float> residual = {}, ThreadPool* pool = nullptr) const;

 private:
  NumberType type_ = NumberType::kFloat32;
  std::int64_t in_ = 0, out_ = 0;
  Buffer<std::uint32_t> panels_;      ///< layout: kernels/kernels.h
  Buffer<float> bias_, scale_, sum_;  ///< padded to whole panels; bias: zeros if there is none; others: bytes alone
};

}  // namespace sememe
