#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe::train {

/// The right side (K, N) of a matrix product in the order in which the kernels read it (kernels/kernels.h). Double,
/// which serves the checks of gradients, goes through plain loops over the same layout.
template <class T>
class Panels {
 public:
  /// Makes room for (k, n); columns past n are zeros. What was packed before is lost.
  void resize(std::int64_t k, std::int64_t n);
  /// Rows [row, row + w.rows) of the right side are those of w (w.cols == n).
  void put_rows(MatView<const T> w, std::int64_t row, ThreadPool* pool);
  /// Columns [column, column + w.rows) of the right side are the rows of w (w.cols == k).
  void put_transposed(MatView<const T> w, std::int64_t column, ThreadPool* pool);

  std::int64_t k() const { return k_; }
  std::int64_t n() const { return n_; }
  std::int64_t width() const { return width_; }
  std::int64_t panels() const { return (n_ + width_ - 1) / width_; }
  const T* panel(std::int64_t p) const { return data_.data() + p * k_ * width_; }

 private:
  Buffer<T> data_;
  std::int64_t k_ = 0, n_ = 0, width_ = 1;
};

/// y = x B + bias, or y += x B (bias empty). Every element is summed over k in ascending order, whatever the threads.
///
/// Shapes   x (M, K), B (K, N), bias: N values padded with zeros to whole panels, or nullptr; y (M, N).
/// Threads  splits over rows and panels on `pool` if given.
template <class T>
void multiply(MatView<const T> x, const Panels<T>& b, const T* bias, bool accumulate, MatView<T> y, ThreadPool* pool);

/// y = x w, and y = x^T w, of matrices as they lie, each element summed over k in ascending order: for operands that
/// serve one product only. Without threads.
/// Shapes   x (M, K), or (K, M) by columns; w (K, N), y (M, N).
template <class T>
void product(MatView<const T> x, MatView<const T> w, MatView<T> y);
template <class T>
void product_by_columns(MatView<const T> x, MatView<const T> w, MatView<T> y);

/// d_w += d_y^T x: the gradient of a linear layer's weight, summed over tokens in blocks of a fixed size.
/// Shapes   d_y (T, out), x (T, in), d_w (out, in).
template <class T>
void outer_sum(MatView<const T> d_y, MatView<const T> x, MatView<T> d_w, ThreadPool* pool);

/// d_b += column sums of d_y, each in ascending order of rows.
template <class T>
void column_sum(MatView<const T> d_y, T* d_b, ThreadPool* pool);

/// sum = x + y, which may be x or y.
template <class T>
void add_row(const T* x, const T* y, T* sum, std::int64_t n);

/// to += from.
template <class T>
void add_rows(MatView<const T> from, MatView<T> to, ThreadPool* pool);

}  // namespace sememe::train
