#include "nn/linear.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace sememe {
namespace {

/// Signed bytes of one output's weights; what a byte stands for, and what all of them do.
struct ByteColumn {
  float scale, sum;
};
ByteColumn quantize_column(std::span<const float> weights, std::int8_t* out) {
  float largest = 0;
  for (const float w : weights) largest = std::max(largest, std::abs(w));
  const float scale = largest / 127, inverse = largest > 0 ? 127 / largest : 0;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float q = weights[i] * inverse;
    out[i] = static_cast<std::int8_t>(q + std::copysign(0.5F, q));
    sum += out[i];
  }
  return {scale, scale * static_cast<float>(sum)};
}

}  // namespace

Linear::Linear(MatView<const float> weight, std::span<const float> bias, ThreadPool& pool, NumberType type)
    : type_(type), in_(weight.cols), out_(weight.rows) {
  assert(bias.empty() || static_cast<std::int64_t>(bias.size()) == out_);
  assert(type != NumberType::kInt8 || in_ <= kMaxInt8Inputs);
  const KernelTable& table = kernels();
  const std::int64_t width = table.panel_width, panels = (out_ + width - 1) / width;
  const std::int64_t steps = (in_ * size_of(type) + 3) / 4;
  panels_ = Buffer<std::uint32_t>(panels * steps * width);
  bias_ = Buffer<float>(panels * width, 0.0F);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  if (type == NumberType::kInt8) {
    scale_ = Buffer<float>(panels * width, 0.0F);
    sum_ = Buffer<float>(panels * width, 0.0F);
  }
  pool.run(panels, [&](std::int64_t p, int) {
    const std::int64_t columns = std::min(width, out_ - p * width);
    // The outputs of the panel, one after another, in the dwords of their type: then a transposed copy.
    Buffer<std::uint32_t> rows(width * steps, 0U);
    for (std::int64_t j = 0; j < columns; ++j) {
      const std::span<const float> from = weight.row_span(p * width + j);
      std::uint32_t* const to = rows.data() + j * steps;
      if (type == NumberType::kFloat32) {
        std::copy(from.begin(), from.end(), reinterpret_cast<float*>(to));
      } else if (type == NumberType::kBfloat16) {
        table.to_bf16(from.data(), reinterpret_cast<bf16*>(to), in_);
      } else {
        const ByteColumn column = quantize_column(from, reinterpret_cast<std::int8_t*>(to));
        scale_[p * width + j] = column.scale;
        sum_[p * width + j] = column.sum;
      }
    }
    std::uint32_t* const panel = panels_.data() + p * steps * width;
    // Sixteen steps at a time: reads whole cache lines of each row, writes a block that stays in L1.
    for (std::int64_t s0 = 0; s0 < steps; s0 += 16) {
      const std::int64_t s1 = std::min(s0 + 16, steps);
      for (std::int64_t j = 0; j < width; ++j)
        for (std::int64_t s = s0; s < s1; ++s) panel[s * width + j] = rows[j * steps + s];
    }
  });
}

Matrix Linear::weight(ThreadPool& pool) const {
  assert(type_ == NumberType::kFloat32);
  const std::int64_t width = kernels().panel_width;
  Matrix weight(out_, in_);
  for_each_block(pool, out_, width, [&](std::int64_t first, std::int64_t columns, int) {
    const std::uint32_t* const panel = panels_.data() + first * in_;
    for (std::int64_t s0 = 0; s0 < in_; s0 += 16)  // whole cache lines of each row, as when packing
      for (std::int64_t j = 0; j < columns; ++j)
        for (std::int64_t s = s0; s < std::min(s0 + 16, in_); ++s)
          weight.row(first + j)[static_cast<std::size_t>(s)] = std::bit_cast<float>(panel[s * width + j]);
  });
  return weight;
}

void Linear::forward(const Rows& x, const Rows& y, Activation activation, MatView<const float> residual,
                     ThreadPool* pool) const {
  assert(x.type == type_ && y.type != NumberType::kInt8);
  assert(x.cols == in_ && y.cols == out_ && x.rows == y.rows);
  assert(residual.data == nullptr || (residual.rows == y.rows && residual.cols == out_));
  const KernelTable& table = kernels();
  const std::int64_t width = table.panel_width, panels = (out_ + width - 1) / width;
  const auto gemm = type_ == NumberType::kFloat32    ? table.gemm
                    : type_ == NumberType::kBfloat16 ? table.gemm_bf16
                                                     : table.gemm_int8;
  const auto columns = [&](std::int64_t begin, std::int64_t end) {
    gemm({.x = x.data,
          .x_stride = x.stride,
          .panels = panels_.data(),
          .bias = bias_.data(),
          .residual = residual.data,
          .residual_stride = residual.stride,
          .y = y.data,
          .y_stride = y.stride,
          .m = x.rows,
          .n = out_,
          .k = in_,
          .panel_begin = begin,
          .panel_end = end,
          .activation = activation,
          .y_type = y.type,
          .x_scale = x.scales,
          .w_scale = scale_.data(),
          .w_sum = sum_.data()});
  };
  if (pool == nullptr || pool->size() == 1) return columns(0, panels);
  // A few shares for each thread, so that a thread that was held up does not hold up the rest.
  const std::int64_t shares = std::min<std::int64_t>(panels, 2 * pool->size());
  pool->run(shares, [&](std::int64_t i, int) { columns(panels * i / shares, panels * (i + 1) / shares); });
}

void Linear::forward(MatView<const float> x, MatView<float> y, Activation activation, MatView<const float> residual,
                     ThreadPool* pool) const {
  // Rows borrows what forward() writes and what it reads alike; x is only read.
  forward(Rows(MatView<float>(const_cast<float*>(x.data), x.rows, x.cols, x.stride)), Rows(y), activation, residual,
          pool);
}

}  // namespace sememe
