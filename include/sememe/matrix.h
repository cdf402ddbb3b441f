#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

namespace sememe {

/// A borrowed, row-major (rows, cols) matrix; rows are `stride` elements apart.
/// Never owns, never allocates: pass by value. MatView<float> converts to MatView<const float>,
/// so constness in a signature says which way data flows.
template <class T>
struct MatView {
  T* data = nullptr;
  std::int64_t rows = 0, cols = 0, stride = 0;

  MatView() = default;
  MatView(T* data_, std::int64_t rows_, std::int64_t cols_) : MatView(data_, rows_, cols_, cols_) {}
  MatView(T* data_, std::int64_t rows_, std::int64_t cols_, std::int64_t stride_)
      : data(data_), rows(rows_), cols(cols_), stride(stride_) {}
  operator MatView<const T>() const  // NOLINT(google-explicit-constructor): adding const is always safe
      requires(!std::is_const_v<T>) {
    return {data, rows, cols, stride};
  }
  T* row(std::int64_t i) const { return data + i * stride; }
  std::span<T> row_span(std::int64_t i) const { return {row(i), static_cast<std::size_t>(cols)}; }
  /// Rows [first, first + count).
  MatView slice_rows(std::int64_t first, std::int64_t count) const { return {row(first), count, cols, stride}; }
};

/// An owned, row-major float32 matrix without gaps between rows; movable, not copyable.
class Matrix {
 public:
  Matrix() = default;
  /// (rows, cols) zeros. Throws std::bad_alloc.
  Matrix(std::int64_t rows, std::int64_t cols)
      : data_(std::make_unique<float[]>(static_cast<std::size_t>(rows * cols))), rows_(rows), cols_(cols) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::span<float> row(std::int64_t i) { return {data() + i * cols_, static_cast<std::size_t>(cols_)}; }
  std::span<const float> row(std::int64_t i) const { return {data() + i * cols_, static_cast<std::size_t>(cols_)}; }
  MatView<float> view() { return {data(), rows_, cols_}; }
  MatView<const float> view() const { return {data(), rows_, cols_}; }

 private:
  std::unique_ptr<float[]> data_;
  std::int64_t rows_ = 0, cols_ = 0;
};

}  // namespace sememe
