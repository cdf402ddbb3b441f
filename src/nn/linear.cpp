#include "nn/linear.h"

#include <algorithm>
#include <cassert>

#include "kernels/kernels.h"

namespace sememe {

std::int64_t padded_stride(std::int64_t cols) {
  constexpr std::int64_t kLine = 16, kPage = 1024;  // floats in 64 bytes and in 4 KiB
  const std::int64_t lines = (cols + kLine - 1) / kLine * kLine;
  // Rows a multiple of 2 KiB apart meet in the same few L1 sets.
  return lines % (kPage / 2) == 0 ? lines + kLine : lines;
}

Linear::Linear(MatView<const float> weight, std::span<const float> bias, ThreadPool& pool)
    : in_(weight.cols), out_(weight.rows) {
  assert(bias.empty() || static_cast<std::int64_t>(bias.size()) == out_);
  const std::int64_t width = kernels().panel_width, panels = (out_ + width - 1) / width;
  panels_ = Buffer<float>(panels * in_ * width);
  bias_ = Buffer<float>(panels * width, 0.0F);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  pool.run(panels, [&](std::int64_t p, int) {
    float* const panel = panels_.data() + p * in_ * width;
    const std::int64_t columns = std::min(width, out_ - p * width);
    // Sixteen values of k at a time: reads whole cache lines of each row, writes a block that stays in L1.
    for (std::int64_t k0 = 0; k0 < in_; k0 += 16) {
      const std::int64_t k1 = std::min(k0 + 16, in_);
      for (std::int64_t j = 0; j < width; ++j) {
        const float* const row = j < columns ? weight.row(p * width + j) : nullptr;
        for (std::int64_t k = k0; k < k1; ++k) panel[k * width + j] = row != nullptr ? row[k] : 0.0F;
      }
    }
  });
}

void Linear::forward(MatView<const float> x, MatView<float> y, Activation activation, MatView<const float> residual,
                     ThreadPool* pool) const {
  assert(x.cols == in_ && y.cols == out_ && x.rows == y.rows);
  assert(residual.data == nullptr || (residual.rows == y.rows && residual.cols == out_));
  const KernelTable& table = kernels();
  const std::int64_t width = table.panel_width, panels = (out_ + width - 1) / width;
  const auto columns = [&](std::int64_t begin, std::int64_t end) {
    table.gemm({.x = x.data,
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
                .activation = activation});
  };
  if (pool == nullptr || pool->size() == 1) return columns(0, panels);
  // A few shares for each thread, so that a thread that was held up does not hold up the rest.
  const std::int64_t shares = std::min<std::int64_t>(panels, 2 * pool->size());
  pool->run(shares, [&](std::int64_t i, int) { columns(panels * i / shares, panels * (i + 1) / shares); });
}

}  // namespace sememe
