#include "train/attention_graph.h"

#include <algorithm>
#include <cmath>

#include "train/row_ops.h"

namespace sememe::train {
namespace {

/// Columns [first, first + width) of `rows` rows from `begin` on.
template <class T>
MatView<T> block(MatView<T> m, std::int64_t begin, std::int64_t rows, std::int64_t first, std::int64_t width) {
  return {m.row(begin) + first, rows, width, m.stride};
}

template <class T>
MatView<T> transpose(MatView<const T> x, Buffer<T>& memory) {
  memory.reserve_discard(x.rows * x.cols);
  const MatView<T> y(memory.data(), x.cols, x.rows);
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t j = 0; j < x.cols; ++j) y.row(j)[i] = x.row(i)[j];
  return y;
}

std::uint64_t row_of(const Dropout& dropout, std::int64_t token, std::int64_t heads, std::int64_t head) {
  return static_cast<std::uint64_t>((dropout.first_token + token) * heads + head);
}

}  // namespace

template <class T>
AttentionGraph<T>::AttentionGraph(std::int64_t heads, std::int64_t head_dim)
    : heads_(heads), head_dim_(head_dim), scale_(1 / std::sqrt(static_cast<double>(head_dim))) {}

template <class T>
void AttentionGraph<T>::run(std::span<const std::int64_t> offsets, ThreadPool* pool,
                            FunctionRef<void(std::int64_t, std::int64_t, std::int64_t, Scratch&)> job) {
  scratch_.resize(static_cast<std::size_t>(std::max(pool != nullptr ? pool->size() : 1, 1)));
  const auto one = [&](std::int64_t i, int worker) {
    const auto text = static_cast<std::size_t>(i / heads_);
    job(offsets[text], offsets[text + 1] - offsets[text], i % heads_, scratch_[static_cast<std::size_t>(worker)]);
  };
  const std::int64_t count = (static_cast<std::int64_t>(offsets.size()) - 1) * heads_;
  if (pool != nullptr) return pool->run(count, one);
  for (std::int64_t i = 0; i < count; ++i) one(i, 0);
}

template <class T>
MatView<T> AttentionGraph<T>::probabilities(MatView<const T> q, MatView<const T> k, Scratch& s) const {
  s.keys.resize(head_dim_, k.rows);
  s.keys.put_transposed(k, 0, nullptr);
  s.scores.reserve_discard(q.rows * k.rows);
  const MatView<T> p(s.scores.data(), q.rows, k.rows);
  multiply<T>(q, s.keys, nullptr, false, p, nullptr);
  for (std::int64_t i = 0; i < p.rows; ++i) softmax_forward(p.row(i), scale_, p.cols);
  return p;
}

template <class T>
void AttentionGraph<T>::forward(MatView<const T> qkv, std::span<const std::int64_t> offsets, const Dropout& dropout,
                                std::uint64_t place, MatView<T> context, ThreadPool* pool) {
  const std::int64_t d = heads_ * head_dim_;
  run(offsets, pool, [&](std::int64_t begin, std::int64_t n, std::int64_t head, Scratch& s) {
    const std::int64_t at = head * head_dim_;
    const MatView<T> p = probabilities(block(qkv, begin, n, at, head_dim_), block(qkv, begin, n, d + at, head_dim_), s);
    for (std::int64_t i = 0; i < n; ++i) dropout.apply(place, row_of(dropout, begin + i, heads_, head), p.row(i), n);
    s.values.resize(n, head_dim_);
    s.values.put_rows(block(qkv, begin, n, 2 * d + at, head_dim_), 0, nullptr);
    multiply<T>(p, s.values, nullptr, false, block(context, begin, n, at, head_dim_), nullptr);
  });
}

template <class T>
void AttentionGraph<T>::backward(MatView<const T> qkv, std::span<const std::int64_t> offsets, const Dropout& dropout,
                                 std::uint64_t place, MatView<const T> d_context, MatView<T> d_qkv, ThreadPool* pool) {
  const std::int64_t d = heads_ * head_dim_;
  run(offsets, pool, [&](std::int64_t begin, std::int64_t n, std::int64_t head, Scratch& s) {
    const std::int64_t at = head * head_dim_;
    const auto q = block(qkv, begin, n, at, head_dim_), k = block(qkv, begin, n, d + at, head_dim_),
               v = block(qkv, begin, n, 2 * d + at, head_dim_), d_out = block(d_context, begin, n, at, head_dim_);
    const MatView<T> p = probabilities(q, k, s);
    s.mask.reserve_discard(n * n);
    s.slopes.reserve_discard(n * n);
    const MatView<T> kept(s.mask.data(), n, n), d_s(s.slopes.data(), n, n);

    std::copy_n(p.data, n * n, kept.data);
    for (std::int64_t i = 0; i < n; ++i) dropout.apply(place, row_of(dropout, begin + i, heads_, head), kept.row(i), n);
    s.other.resize(n, head_dim_);
    s.other.put_rows(d_out, 0, nullptr);
    multiply<T>(transpose<T>(kept, s.transposed), s.other, nullptr, false,
                block(d_qkv, begin, n, 2 * d + at, head_dim_), nullptr);

    s.values.resize(head_dim_, n);
    s.values.put_transposed(v, 0, nullptr);
    multiply<T>(d_out, s.values, nullptr, false, d_s, nullptr);
    for (std::int64_t i = 0; i < n; ++i) {
      dropout.apply(place, row_of(dropout, begin + i, heads_, head), d_s.row(i), n);
      softmax_backward(p.row(i), d_s.row(i), scale_, n);
    }
    s.other.resize(n, head_dim_);
    s.other.put_rows(k, 0, nullptr);
    multiply<T>(d_s, s.other, nullptr, false, block(d_qkv, begin, n, at, head_dim_), nullptr);
    s.other.put_rows(q, 0, nullptr);
    multiply<T>(transpose<T>(d_s, s.transposed), s.other, nullptr, false, block(d_qkv, begin, n, d + at, head_dim_),
                nullptr);
  });
}

template class AttentionGraph<float>;
template class AttentionGraph<double>;

}  // namespace sememe::train
