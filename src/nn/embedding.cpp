#include "nn/embedding.h"

#include <cassert>

#include "kernels/kernels.h"

namespace sememe {

void embed(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids,
           std::span<const std::int64_t> offsets, MatView<const float> words, MatView<const float> positions,
           std::int64_t first_position, MatView<const float> types, MatView<float> out) {
  assert(static_cast<std::int64_t>(ids.size()) == out.rows && words.cols == out.cols);
  const KernelTable& table = kernels();
  for (std::size_t text = 0; text + 1 < offsets.size(); ++text) {
    for (std::int64_t t = offsets[text]; t < offsets[text + 1]; ++t) {
      const auto at = static_cast<std::size_t>(t);
      float* const row = out.row(t);
      const float* sum = words.row(ids[at]);
      if (types.data != nullptr) {
        table.add(sum, types.row(type_ids.empty() ? 0 : type_ids[at]), row, out.cols);
        sum = row;
      }
      if (positions.data != nullptr) {
        table.add(sum, positions.row(first_position + t - offsets[text]), row, out.cols);
        sum = row;
      }
      if (sum != row)
        for (std::int64_t i = 0; i < out.cols; ++i) row[i] = sum[i];
    }
  }
}

}  // namespace sememe
