#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace sememe {

/// Bytes of one element.
constexpr std::int64_t size_of(NumberType type) {
  return type == NumberType::kFloat32 ? 4 : type == NumberType::kBfloat16 ? 2 : 1;
}

/// Columns of an activation buffer, padded so that rows neither share cache lines nor fall a multiple of 2 KiB apart
/// (which would put them in one L1 set): use it as the stride of every (T, cols) workspace.
std::int64_t padded_stride(std::int64_t cols, NumberType type = NumberType::kFloat32);

/// Activations (rows, cols) as a product reads or writes them: float32, bfloat16, or bytes with a scale a row.
/// Borrows its memory. Rows of bfloat16 and bytes are whole dwords apart, as padded_stride() makes them.
struct Rows {
  NumberType type = NumberType::kFloat32;
  void* data = nullptr;
  std::int64_t rows = 0, cols = 0, stride = 0;
  RowScale* scales = nullptr;  ///< bytes alone

  Rows() = default;
  Rows(MatView<float> x) : data(x.data), rows(x.rows), cols(x.cols), stride(x.stride) {}  // NOLINT: it is float rows

  void* row(std::int64_t i) const { return static_cast<std::byte*>(data) + i * stride * size_of(type); }
  Rows slice(std::int64_t first, std::int64_t count) const;
};

/// Memory of Rows, grown as needed.
class RowsBuffer {
 public:
  void reserve(NumberType type, std::int64_t rows, std::int64_t cols);
  /// The first `rows` rows; at most as many, of the type and width, as were reserved.
  Rows view(std::int64_t rows) const;

 private:
  NumberType type_ = NumberType::kFloat32;
  std::int64_t cols_ = 0, stride_ = 0;
  mutable Buffer<std::byte> memory_;
  mutable Buffer<RowScale> scales_;
};

/// `to` = `from` in the type of `to`, row by row: float32 to bfloat16, float32 or bfloat16 to bytes. What pads a row of
/// `to` to whole dwords becomes zeros. `factors`, if given, multiply the columns of float32 on their way to bytes.
void convert(const Rows& from, const Rows& to, ThreadPool* pool = nullptr, std::span<const float> factors = {});
/// Zeros from the end of each row to the end of its last dword.
void pad_rows(const Rows& x);

}  // namespace sememe
