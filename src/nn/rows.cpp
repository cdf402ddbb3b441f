#include "nn/rows.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace sememe {
namespace {

constexpr std::int64_t kRowsPerJob = 16;

}  // namespace

std::int64_t padded_stride(std::int64_t cols, NumberType type) {
  constexpr std::int64_t kLine = 64, kHalfPage = 2048;
  const std::int64_t bytes = (cols * size_of(type) + kLine - 1) / kLine * kLine;
  return (bytes % kHalfPage == 0 ? bytes + kLine : bytes) / size_of(type);
}

Rows Rows::slice(std::int64_t first, std::int64_t count) const {
  assert(first >= 0 && first + count <= rows);
  Rows part = *this;
  part.data = row(first);
  part.rows = count;
  if (scales != nullptr) part.scales = scales + first;
  return part;
}

void RowsBuffer::reserve(NumberType type, std::int64_t rows, std::int64_t cols) {
  type_ = type;
  cols_ = cols;
  stride_ = padded_stride(cols, type);
  memory_.reserve_discard(rows * stride_ * size_of(type));
  if (type == NumberType::kInt8) scales_.reserve_discard(rows);
}

Rows RowsBuffer::view(std::int64_t rows) const {
  Rows view;
  view.type = type_;
  view.data = memory_.data();
  view.rows = rows;
  view.cols = cols_;
  view.stride = stride_;
  view.scales = type_ == NumberType::kInt8 ? scales_.data() : nullptr;
  return view;
}

void pad_rows(const Rows& x) {
  const std::int64_t bytes = x.cols * size_of(x.type), whole = (bytes + 3) / 4 * 4;
  if (bytes == whole) return;
  for (std::int64_t i = 0; i < x.rows; ++i)
    std::memset(static_cast<std::byte*>(x.row(i)) + bytes, 0, static_cast<std::size_t>(whole - bytes));
}

void convert(const Rows& from, const Rows& to, ThreadPool* pool, std::span<const float> factors) {
  assert(from.rows == to.rows && from.cols == to.cols);
  assert(to.type != NumberType::kFloat32 && from.type != NumberType::kInt8 && from.type != to.type);
  assert(factors.empty() || static_cast<std::int64_t>(factors.size()) == to.cols);
  const KernelTable& table = kernels();
  const bool to_bytes = to.type == NumberType::kInt8, from_floats = from.type == NumberType::kFloat32;
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (!to_bytes) {
        table.to_bf16(static_cast<const float*>(from.row(i)), static_cast<bf16*>(to.row(i)), to.cols);
      } else {
        auto* const bytes = static_cast<std::uint8_t*>(to.row(i));
        to.scales[i] = from_floats ? table.quantize(static_cast<const float*>(from.row(i)),
                                                    factors.empty() ? nullptr : factors.data(), bytes, to.cols)
                                   : table.quantize_bf16(static_cast<const bf16*>(from.row(i)), bytes, to.cols);
      }
    }
    pad_rows(to.slice(begin, end - begin));
  };
  if (pool == nullptr || to.rows < 2 * kRowsPerJob) return rows(0, to.rows);
  for_each_block(*pool, to.rows, kRowsPerJob,
                 [&](std::int64_t first, std::int64_t count, int) { rows(first, first + count); });
}

}  // namespace sememe
