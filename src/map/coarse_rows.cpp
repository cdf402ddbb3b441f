#include "map/coarse_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/kernels.h"
#include "map/points.h"

namespace sememe {

CoarseRows::CoarseRows(const Prepared& prepared, std::int64_t n, std::int64_t d, NumberType type, ThreadPool& pool) {
  // Rows borrows what is written and what is read alike; these are only read.
  const Rows exact(MatView<float>(const_cast<float*>(prepared.rows.data()), n, d));
  if (type == NumberType::kFloat32) {
    rows_ = exact;
    return;
  }
  memory_.reserve(type, n, d);
  rows_ = memory_.view(n);
  convert(exact, rows_, &pool);
  lengths_.resize(n);
  lost_.resize(n);
  for_each_block(pool, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    std::vector<float> rounded(d);
    for (std::int64_t i = first; i < first + count; ++i) {
      const auto* const from = static_cast<const bf16*>(rows_.row(i));
      for (std::int64_t j = 0; j < d; ++j) rounded[j] = std::bit_cast<float>(std::uint32_t{from[j]} << 16);
      const float* const row = prepared.rows.data() + i * d;
      lengths_[i] = std::sqrt(kernels().dot(row, row, d));
      lost_[i] = std::sqrt(kernels().squared_distance(row, rounded.data(), d));
    }
  });
  for (std::int64_t i = 0; i < n; ++i) {
    longest_ = std::max(longest_, static_cast<double>(lengths_[i]));
    most_lost_ = std::max(most_lost_, static_cast<double>(lost_[i]));
  }
}

double CoarseRows::error(std::int64_t i, const CoarseRows& base) const {
  const auto length = static_cast<double>(lengths_[i]), lost = static_cast<double>(lost_[i]);
  const double sums = std::ldexp(static_cast<double>(rows_.cols + 4), -24) * base.longest_ * (length + base.longest_);
  return lost * base.longest_ + (length + lost) * base.most_lost_ + sums;
}

}  // namespace sememe
