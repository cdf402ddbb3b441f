#include "train/masked.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/fail.h"
#include "base/rng.h"
#include "io/dtype.h"
#include "model/tensor_names.h"
#include "nn/linear.h"

namespace sememe::train {
namespace {

constexpr std::uint64_t kMaskStreams = 1ULL << 44, kHeadStream = (1ULL << 43) + (1ULL << 40);
constexpr std::int64_t kBlock = 128;  // hidden tokens whose scores over all ids are in memory at once

template <class T>
MatView<T> view(Buffer<T>& memory, std::int64_t rows, std::int64_t cols) {
  memory.reserve_discard(rows * padded_stride(cols));
  return {memory.data(), rows, cols, padded_stride(cols)};
}

/// -log softmax(row)[id]; the row becomes factor * (softmax(row) - one at id).
template <class T>
double cross_entropy(T* row, std::int64_t n, std::int64_t id, double factor) {
  const std::int64_t top = std::max_element(row, row + n) - row;
  const double short_of = static_cast<double>(row[top]) - static_cast<double>(row[id]);
  softmax_forward(row, 1, n);
  const double loss = short_of - std::log(static_cast<double>(row[top]));
  row[id] -= T(1);
  for (std::int64_t j = 0; j < n; ++j) row[j] *= T(factor);
  return loss;
}

}  // namespace

MaskedTokens mask_tokens(std::span<const std::int32_t> ids, const MaskRules& rules, std::uint64_t seed,
                         std::uint64_t number) {
  MaskedTokens out{.ids = {ids.begin(), ids.end()}, .masked = {}};
  const CounterRng random(seed, kMaskStreams + number);
  const auto part = [](std::uint32_t word) { return static_cast<double>(word) * 0x1p-32; };
  for (std::size_t row = 0; row < ids.size(); ++row) {
    const std::int32_t id = ids[row];
    if (rules.special[static_cast<std::size_t>(id)]) continue;
    const auto words = random.block(row);
    if (part(words[0]) >= rules.share) continue;
    out.masked.push_back({static_cast<std::int64_t>(row), id});
    const double kind = part(words[1]);
    if (kind < 0.8)
      out.ids[row] = rules.mask_id;
    else if (kind < 0.9)
      out.ids[row] = static_cast<std::int32_t>(part(words[2]) * rules.vocab_size);
  }
  return out;
}

template <class T>
MaskedHead<T>::MaskedHead(const EncoderConfig& config, ParameterSet<T>& parameters, std::uint64_t seed)
    : activation_(config.activation), norm_eps_(config.norm_eps) {
  const std::int64_t d = config.hidden_size, v = config.vocab_size;
  const auto take = [&](const char* name, std::vector<std::int64_t> shape, T value) {
    Parameter<T>* p = parameters.find(concat("cls.predictions.", name));
    if (p == nullptr) {
      p = &parameters.add(concat("loss/cls.predictions.", name), shape);
      std::fill(p->value.begin(), p->value.end(), value);
      const CounterRng random(seed, kHeadStream);
      if (shape.size() == 2)
        for (std::int64_t i = 0; i < p->value.size(); ++i)
          p->value[i] = T(0.02 * static_cast<double>(random.normal(static_cast<std::uint64_t>(i))));
    }
    if (p->shape != shape)
      fail(ErrorCode::kCorrupt, "tensor '", p->name, "' is ", shape_text(p->shape), " but config.json makes it ",
           shape_text(shape));
    p->trained = true;
    return p;
  };
  dense_ = LinearGraph<T>({take("transform.dense.weight", {d, d}, T(0))}, {take("transform.dense.bias", {d}, T(0))});
  gamma_ = take("transform.LayerNorm.weight", {d}, T(1));
  beta_ = take("transform.LayerNorm.bias", {d}, T(0));
  words_ = parameters.find_any("", tensor_names(config.family, Param::kWords));
  decoder_ = LinearGraph<T>({words_}, {take("bias", {v}, T(0))});
}

template <class T>
void MaskedHead<T>::prepare(ThreadPool* pool) {
  dense_.prepare(pool);
  decoder_.prepare(pool);
}

template <class T>
double MaskedHead<T>::learn(MatView<const T> hidden, std::span<const MaskedToken> masked, double factor,
                            MatView<T> d_hidden, ThreadPool* pool) {
  const std::int64_t n = std::ssize(masked), d = hidden.cols, v = decoder_.out();
  for (std::int64_t i = 0; i < d_hidden.rows; ++i) std::fill_n(d_hidden.row(i), d, T(0));
  if (n == 0) return 0;
  const MatView<T> input = view(input_, n, d), dense_out = view(dense_out_, n, d), normed = view(normed_, n, d),
                   d_normed = view(d_normed_, n, d), d_dense = view(d_dense_, n, d), d_input = view(d_input_, n, d);
  const auto row_of = [&](std::int64_t i) { return masked[static_cast<std::size_t>(i)].row; };
  for (std::int64_t i = 0; i < n; ++i) std::copy_n(hidden.row(row_of(i)), d, input.row(i));
  dense_.forward(input, dense_out, pool);
  activation_forward<T>(activation_, dense_out, normed, pool);
  norm_forward<T>(normed, *gamma_, *beta_, norm_eps_, tape_, normed, pool);

  std::vector<double> losses(static_cast<std::size_t>(n));
  for (std::int64_t first = 0; first < n; first += kBlock) {
    const std::int64_t count = std::min(kBlock, n - first);
    const MatView<T> scores = view(scores_, count, v);
    decoder_.forward(normed.slice_rows(first, count), scores, pool);
    for_each_rows(pool, count, 4, [&](std::int64_t begin, std::int64_t rows) {
      for (std::int64_t i = begin; i < begin + rows; ++i) {
        const auto at = static_cast<std::size_t>(first + i);
        losses[at] = cross_entropy(scores.row(i), v, masked[at].id, factor);
      }
    });
    decoder_.backward(normed.slice_rows(first, count), scores, false, d_normed.slice_rows(first, count), pool);
  }
  std::fill(words_->touched.begin(), words_->touched.end(), std::uint8_t{1});  // every id was a candidate
  norm_backward<T>(d_normed, tape_, *gamma_, *beta_, false, d_dense, pool);
  activation_backward<T>(activation_, dense_out, d_dense, pool);
  dense_.backward(input, d_dense, false, d_input, pool);
  for (std::int64_t i = 0; i < n; ++i) std::copy_n(d_input.row(i), d, d_hidden.row(row_of(i)));
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum;
}

template class MaskedHead<float>;
template class MaskedHead<double>;

}  // namespace sememe::train
