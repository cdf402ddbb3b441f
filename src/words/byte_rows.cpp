#include "words/byte_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernels.h"

namespace sememe {

ByteRows make_byte_rows(MatView<const float> rows, const float* inverse, ThreadPool& pool) {
  constexpr std::int64_t kBlock = 1024, kMostByte = 127;
  constexpr float kSlack = 1.001f;         // for what the sum of errors itself is rounded by
  constexpr float kLeastInverse = 1e-15f;  // longer rows may have products beyond a float
  ByteRows out{.stride = (rows.cols + kByteDotStep - 1) / kByteDotStep * kByteDotStep,
               .scales = Buffer<float>(rows.rows),
               .errors = Buffer<float>(rows.rows)};
  out.bytes = Buffer<std::int8_t>(rows.rows * out.stride);
  for_each_block(pool, rows.rows, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const float* const x = rows.row(i);
      std::int8_t* const y = out.bytes.data() + i * out.stride;
      float largest = 0;
      for (std::int64_t j = 0; j < rows.cols; ++j) largest = std::max(largest, std::abs(x[j]));
      std::fill(y, y + out.stride, std::int8_t{0});
      const float scale = largest * inverse[i] / static_cast<float>(kMostByte);
      out.scales[i] = 0;
      out.errors[i] = inverse[i] == 0 ? 0 : std::numeric_limits<float>::infinity();
      if (!(inverse[i] > kLeastInverse && scale > 0 && std::isfinite(scale))) continue;
      const float to_bytes = inverse[i] / scale;
      float squares = 0;
      for (std::int64_t j = 0; j < rows.cols; ++j) {
        const float exact = x[j] * to_bytes, whole = std::nearbyint(exact);
        y[j] = static_cast<std::int8_t>(whole);
        squares += (exact - whole) * (exact - whole);
      }
      out.scales[i] = scale;
      out.errors[i] = kSlack * scale * std::sqrt(squares);
    }
  });
  return out;
}

}  // namespace sememe
