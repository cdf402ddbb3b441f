#include "nn/embedding.h"

#include <algorithm>
#include <cassert>

#include "kernels/kernels.h"

namespace sememe {
namespace {

void widen(const std::int8_t* bytes, float scale, float* out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = scale * static_cast<float>(bytes[i]);
}

}  // namespace

void embed(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids,
           std::span<const std::int64_t> offsets, const WordRows& words, MatView<const float> positions,
           std::int64_t first_position, MatView<const float> types, MatView<float> out) {
  assert(static_cast<std::int64_t>(ids.size()) == out.rows &&
         std::max(words.floats.cols, words.bytes.cols) == out.cols);
  const KernelTable& table = kernels();
  for (std::size_t text = 0; text + 1 < offsets.size(); ++text) {
    for (std::int64_t t = offsets[text]; t < offsets[text + 1]; ++t) {
      const auto at = static_cast<std::size_t>(t);
      float* const row = out.row(t);
      const float* sum = row;
      if (words.bytes.data == nullptr)
        sum = words.floats.row(ids[at]);
      else
        widen(words.bytes.row(ids[at]), words.scales[static_cast<std::size_t>(ids[at])], row, out.cols);
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
