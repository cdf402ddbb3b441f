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

/// Drops some of the n x n weights of one head of one text, all its n rows in one go: a text has n rows of random
/// numbers for each head.
template <class T>
void drop(const Dropout& dropout, std::uint64_t place, std::int64_t begin, std::int64_t heads, std::int64_t head,
          MatView<T> p) {
  const std::int64_t row = (dropout.first_token + begin) * heads + head * p.rows;
  dropout.apply(place, static_cast<std::uint64_t>(row), p.data, p.rows * p.cols);
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
  s.right.resize(head_dim_, k.rows);
  s.right.put_transposed(k, 0, nullptr);
  s.scores.reserve_discard(q.rows * k.rows);
  const MatView<T> p(s.scores.data(), q.rows, k.rows);
  multiply<T>(q, s.right, nullptr, false, p, nullptr);
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
    drop(dropout, place, begin, heads_, head, p);
    product<T>(p, block(qkv, begin, n, 2 * d + at, head_dim_), block(context, begin, n, at, head_dim_));
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
    s.slopes.reserve_discard(n * n);
    const MatView<T> d_s(s.slopes.data(), n, n);
    MatView<T> kept = p;
    if (dropout.rate > 0) {
      s.kept.reserve_discard(n * n);
      kept.data = s.kept.data();
      std::copy_n(p.data, n * n, kept.data);
      drop(dropout, place, begin, heads_, head, kept);
    }
    product_by_columns<T>(kept, d_out, block(d_qkv, begin, n, 2 * d + at, head_dim_));

    s.right.resize(head_dim_, n);
    s.right.put_transposed(v, 0, nullptr);
    multiply<T>(d_out, s.right, nullptr, false, d_s, nullptr);
    for (std::int64_t i = 0; i < n; ++i) softmax_backward(p.row(i), kept.row(i), d_s.row(i), scale_, n);
    product<T>(d_s, k, block(d_qkv, begin, n, at, head_dim_));
    product_by_columns<T>(d_s, q, block(d_qkv, begin, n, d + at, head_dim_));
  });
}

template class AttentionGraph<float>;
template class AttentionGraph<double>;

}  // namespace sememe::train
