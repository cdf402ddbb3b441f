#include "nn/layer_norm.h"

#include <cassert>

#include "kernels/kernels.h"

namespace sememe {

void layer_norm(MatView<const float> x, std::span<const float> gamma, std::span<const float> beta, float eps,
                MatView<float> y, ThreadPool* pool, const Rows* next, std::span<const float> factors) {
  assert(x.rows == y.rows && x.cols == y.cols && static_cast<std::int64_t>(gamma.size()) == x.cols);
  assert(beta.size() == gamma.size());
  assert(next == nullptr || (next->rows == y.rows && next->cols == y.cols));
  assert(next == nullptr || next->type != NumberType::kInt8 || factors.size() == gamma.size());
  constexpr std::int64_t kRowsPerJob = 16;
  const auto rows = [&](std::int64_t first, std::int64_t count) {
    NormArgs args{.x = x.row(first),
                  .x_stride = x.stride,
                  .gamma = gamma.data(),
                  .beta = beta.data(),
                  .eps = eps,
                  .y = y.row(first),
                  .y_stride = y.stride,
                  .rows = count,
                  .n = x.cols};
    if (next != nullptr) {
      const Rows part = next->slice(first, count);
      args.next_type = part.type;
      args.next = part.data;
      args.next_stride = part.stride;
      args.scales = part.scales;
      args.factors = factors.data();
      pad_rows(part);
    }
    kernels().layer_norm(args);
  };
  if (pool == nullptr || x.rows < 2 * kRowsPerJob) return rows(0, x.rows);
  for_each_block(*pool, x.rows, kRowsPerJob, [&](std::int64_t first, std::int64_t count, int) { rows(first, count); });
}

}  // namespace sememe
