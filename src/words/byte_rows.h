#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe {

/// Rows scaled to length 1, a byte a component: a quarter of what a question has to read, and close enough to leave
/// but few rows to look at.
struct ByteRows {
  std::int64_t stride = 0;       ///< bytes of a row, whole vectors
  Buffer<std::int8_t> bytes;     ///< zeros past the end of each row
  Buffer<float> scales, errors;  ///< of each row: of its bytes; how far it is off at most, infinite if it has no length

  const std::int8_t* row(std::int64_t i) const { return bytes.data() + i * stride; }
};

/// `inverse`: 1 / length of each row, 0 for zeros.
ByteRows make_byte_rows(MatView<const float> rows, const float* inverse, ThreadPool& pool);

}  // namespace sememe
