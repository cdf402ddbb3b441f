#include "train/products.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <type_traits>

#include "kernels/kernels.h"
#include "kernels/training.h"
#include "nn/linear.h"

namespace sememe::train {
namespace {

constexpr std::int64_t kOuterRows = 96, kOuterColumns = 384;  // of a weight's gradient; a job: its operands stay in L2

void jobs(ThreadPool* pool, std::int64_t count, FunctionRef<void(std::int64_t)> job) {
  if (pool != nullptr && pool->size() > 1 && count > 1) return pool->run(count, [&](std::int64_t i, int) { job(i); });
  for (std::int64_t i = 0; i < count; ++i) job(i);
}

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < cols: in squares of four, each a few shuffles.
void transpose(const float* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols, float* to,
               std::int64_t to_stride) {
  using Four = float __attribute__((vector_size(16)));
  const auto load = [&](std::int64_t i, std::int64_t j) {
    Four v;
    std::memcpy(&v, from + i * from_stride + j, sizeof v);
    return v;
  };
  const auto store = [&](std::int64_t j, std::int64_t i, Four v) { std::memcpy(to + j * to_stride + i, &v, sizeof v); };
  const std::int64_t whole_rows = rows / 4 * 4, whole_cols = cols / 4 * 4;
  for (std::int64_t i = 0; i < whole_rows; i += 4)
    for (std::int64_t j = 0; j < whole_cols; j += 4) {
      const Four a = load(i, j), b = load(i + 1, j), c = load(i + 2, j), d = load(i + 3, j);
      const Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const Four ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      store(j, i, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
      store(j + 1, i, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
      store(j + 2, i, __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5));
      store(j + 3, i, __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
    }
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = i < whole_rows ? whole_cols : 0; j < cols; ++j)
      to[j * to_stride + i] = from[i * from_stride + j];
}

void transpose(const double* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols, double* to,
               std::int64_t to_stride) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j) to[j * to_stride + i] = from[i * from_stride + j];
}

void part(MatView<const float> x, const Panels<float>& b, const float* bias, bool accumulate, MatView<float> y,
          std::int64_t panel_begin, std::int64_t panel_end) {
  static const Buffer<float> kNoBias(1 << 18, 0.0F);
  assert(bias != nullptr || b.panels() * b.width() <= kNoBias.size());
  kernels().gemm({.x = x.data,
                  .x_stride = x.stride,
                  .panels = b.panel(0),
                  .bias = bias != nullptr ? bias : kNoBias.data(),
                  .residual = accumulate ? y.data : nullptr,
                  .residual_stride = y.stride,
                  .y = y.data,
                  .y_stride = y.stride,
                  .m = x.rows,
                  .n = b.n(),
                  .k = b.k(),
                  .panel_begin = panel_begin,
                  .panel_end = panel_end});
}

void part(MatView<const double> x, const Panels<double>& b, const double* bias, bool accumulate, MatView<double> y,
          std::int64_t panel_begin, std::int64_t panel_end) {
  for (std::int64_t p = panel_begin; p < panel_end; ++p)
    for (std::int64_t i = 0; i < x.rows; ++i)
      for (std::int64_t j = p * b.width(); j < std::min(b.n(), (p + 1) * b.width()); ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < b.k(); ++k) sum += x.row(i)[k] * b.panel(p)[k * b.width() + j - p * b.width()];
        y.row(i)[j] = sum + (bias != nullptr ? bias[j] : 0) + (accumulate ? y.row(i)[j] : 0);
      }
}

void plain(MatView<const float> x, bool by_columns, MatView<const float> w, bool accumulate, MatView<float> y) {
  training_kernels().gemm_plain({.x = x.data,
                                 .x_stride = x.stride,
                                 .x_by_columns = by_columns,
                                 .w = w.data,
                                 .w_stride = w.stride,
                                 .y = y.data,
                                 .y_stride = y.stride,
                                 .accumulate = accumulate,
                                 .m = y.rows,
                                 .n = y.cols,
                                 .k = w.rows});
}

void plain(MatView<const double> x, bool by_columns, MatView<const double> w, bool accumulate, MatView<double> y) {
  for (std::int64_t i = 0; i < y.rows; ++i)
    for (std::int64_t j = 0; j < y.cols; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < w.rows; ++k) sum += (by_columns ? x.row(k)[i] : x.row(i)[k]) * w.row(k)[j];
      y.row(i)[j] = sum + (accumulate ? y.row(i)[j] : 0);
    }
}

template <class T>
MatView<T> columns(MatView<T> m, std::int64_t first, std::int64_t count) {
  return {m.data + first, m.rows, count, m.stride};
}

}  // namespace

template <class T>
void Panels<T>::resize(std::int64_t k, std::int64_t n) {
  width_ = std::is_same_v<T, float> ? kernels().panel_width : 4;
  k_ = k;
  n_ = n;
  data_.reserve_discard(panels() * k_ * width_);
  if (n_ % width_ != 0) std::fill_n(data_.data() + (panels() - 1) * k_ * width_, k_ * width_, T(0));
}

template <class T>
void Panels<T>::put_rows(MatView<const T> w, std::int64_t row, ThreadPool* pool) {
  assert(w.cols == n_ && row + w.rows <= k_);
  jobs(pool, panels(), [&](std::int64_t p) {
    T* out = data_.data() + (p * k_ + row) * width_;
    const std::int64_t columns = std::min(width_, n_ - p * width_);
    for (std::int64_t r = 0; r < w.rows; ++r, out += width_) std::copy_n(w.row(r) + p * width_, columns, out);
  });
}

template <class T>
void Panels<T>::put_transposed(MatView<const T> w, std::int64_t column, ThreadPool* pool) {
  assert(w.cols == k_ && column + w.rows <= n_);
  constexpr std::int64_t kRows = 16;  // of w: reads whole cache lines, writes to one or two panels
  jobs(pool, (w.rows + kRows - 1) / kRows, [&](std::int64_t job) {
    // Within a job all columns lie in one panel, or it goes column by column.
    const std::int64_t first = job * kRows, count = std::min(kRows, w.rows - first), c = column + first;
    const auto move = [&](std::int64_t r, std::int64_t rows) {
      const std::int64_t at = column + r;
      T* const out = data_.data() + at / width_ * k_ * width_ + at % width_;
      for (std::int64_t k0 = 0; k0 < k_; k0 += 16)
        transpose(w.row(r) + k0, w.stride, rows, std::min<std::int64_t>(16, k_ - k0), out + k0 * width_, width_);
    };
    if (c / width_ == (c + count - 1) / width_) return move(first, count);
    for (std::int64_t r = first; r < first + count; ++r) move(r, 1);
  });
}

template <class T>
void multiply(MatView<const T> x, const Panels<T>& b, const T* bias, bool accumulate, MatView<T> y, ThreadPool* pool) {
  assert(x.cols == b.k() && y.cols == b.n() && x.rows == y.rows);
  if (pool == nullptr || pool->size() == 1) return part(x, b, bias, accumulate, y, 0, b.panels());
  // Rows in blocks that keep the micro-kernel's tiles full, panels in a few shares: enough parts for any pool.
  const std::int64_t rows = std::max<std::int64_t>(1, (x.rows + 447) / 448),
                     shares = std::min<std::int64_t>(b.panels(), 4);
  jobs(pool, rows * shares, [&](std::int64_t job) {
    const std::int64_t r = job / shares, s = job % shares, first = x.rows * r / rows, end = x.rows * (r + 1) / rows;
    part(x.slice_rows(first, end - first), b, bias, accumulate, y.slice_rows(first, end - first),
         b.panels() * s / shares, b.panels() * (s + 1) / shares);
  });
}

template <class T>
void product(MatView<const T> x, MatView<const T> w, MatView<T> y) {
  assert(x.cols == w.rows && y.rows == x.rows && y.cols == w.cols);
  plain(x, false, w, false, y);
}

template <class T>
void product_by_columns(MatView<const T> x, MatView<const T> w, MatView<T> y) {
  assert(x.rows == w.rows && y.rows == x.cols && y.cols == w.cols);
  plain(x, true, w, false, y);
}

template <class T>
void outer_sum(MatView<const T> d_y, MatView<const T> x, MatView<T> d_w, ThreadPool* pool) {
  assert(d_y.rows == x.rows && d_w.rows == d_y.cols && d_w.cols == x.cols);
  const std::int64_t rows = (d_w.rows + kOuterRows - 1) / kOuterRows,
                     shares = (d_w.cols + kOuterColumns - 1) / kOuterColumns;
  jobs(pool, rows * shares, [&](std::int64_t job) {
    const std::int64_t r = job / shares * kOuterRows, c = job % shares * kOuterColumns,
                       height = std::min(kOuterRows, d_w.rows - r), width = std::min(kOuterColumns, d_w.cols - c);
    plain(columns(d_y, r, height), true, columns(x, c, width), true, columns(d_w.slice_rows(r, height), c, width));
  });
}

template <>
void add_row(const float* x, const float* y, float* sum, std::int64_t n) {
  kernels().add(x, y, sum, n);
}
template <>
void add_row(const double* x, const double* y, double* sum, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) sum[i] = x[i] + y[i];
}

template <class T>
void column_sum(MatView<const T> d_y, T* d_b, ThreadPool* pool) {
  constexpr std::int64_t kColumns = 192;
  jobs(pool, (d_y.cols + kColumns - 1) / kColumns, [&](std::int64_t job) {
    const std::int64_t begin = job * kColumns, end = std::min(d_y.cols, begin + kColumns);
    for (std::int64_t t = 0; t < d_y.rows; ++t) add_row(d_b + begin, d_y.row(t) + begin, d_b + begin, end - begin);
  });
}

template <class T>
void add_rows(MatView<const T> from, MatView<T> to, ThreadPool* pool) {
  jobs(pool, (from.rows + 63) / 64, [&](std::int64_t job) {
    for (std::int64_t i = job * 64; i < std::min(from.rows, job * 64 + 64); ++i)
      add_row(to.row(i), from.row(i), to.row(i), from.cols);
  });
}

#define SEMEME_FOR(T)                                                                                     \
  template class Panels<T>;                                                                               \
  template void multiply<T>(MatView<const T>, const Panels<T>&, const T*, bool, MatView<T>, ThreadPool*); \
  template void product<T>(MatView<const T>, MatView<const T>, MatView<T>);                               \
  template void product_by_columns<T>(MatView<const T>, MatView<const T>, MatView<T>);                    \
  template void outer_sum<T>(MatView<const T>, MatView<const T>, MatView<T>, ThreadPool*);                \
  template void column_sum<T>(MatView<const T>, T*, ThreadPool*);                                         \
  template void add_rows<T>(MatView<const T>, MatView<T>, ThreadPool*);
SEMEME_FOR(float)
SEMEME_FOR(double)
#undef SEMEME_FOR

}  // namespace sememe::train
