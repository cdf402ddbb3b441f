#include "nn/layer_norm.h"

#include <algorithm>
#include <cassert>

#include "kernels/kernels.h"

namespace sememe {

void layer_norm(MatView<const float> x, std::span<const float> gamma, std::span<const float> beta, float eps,
                MatView<float> y, ThreadPool* pool) {
  assert(x.rows == y.rows && x.cols == y.cols && static_cast<std::int64_t>(gamma.size()) == x.cols);
  constexpr std::int64_t kRowsPerJob = 16;
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      kernels().layer_norm(x.row(i), gamma.data(), beta.data(), eps, y.row(i), x.cols);
  };
  if (pool == nullptr || x.rows < 2 * kRowsPerJob) return rows(0, x.rows);
  pool->run((x.rows + kRowsPerJob - 1) / kRowsPerJob,
            [&](std::int64_t job, int) { rows(job * kRowsPerJob, std::min(x.rows, (job + 1) * kRowsPerJob)); });
}

}  // namespace sememe
