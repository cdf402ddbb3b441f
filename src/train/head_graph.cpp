#include "train/head_graph.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "io/dtype.h"

namespace sememe::train {
namespace {

constexpr double kTorchNormEps = 1e-5;  // of torch.nn.LayerNorm, as in model/head.cpp

/// Weight of token i of a text, before the division of all by divisor().
double weight_of(PoolingMode mode, std::int64_t i) {
  return mode == PoolingMode::kWeightedMean ? static_cast<double>(i + 1) : 1.0;
}

double divisor(PoolingMode mode, std::int64_t first, std::int64_t tokens) {
  double weights = 0;
  for (std::int64_t i = first; i < tokens; ++i) weights += weight_of(mode, i);
  return mode == PoolingMode::kMeanSqrtLen ? std::sqrt(weights) : weights;
}

}  // namespace

template <class T>
void pool_forward(PoolingMode mode, MatView<const T> tokens, std::int64_t first, T* out) {
  const std::int64_t d = tokens.cols;
  if (mode == PoolingMode::kCls || mode == PoolingMode::kLastToken) {
    std::copy_n(tokens.row(mode == PoolingMode::kCls ? 0 : tokens.rows - 1), d, out);
    return;
  }
  std::fill_n(out, d, T(0));
  if (first >= tokens.rows) return;
  if (mode == PoolingMode::kMax) {
    std::copy_n(tokens.row(first), d, out);
    for (std::int64_t i = first + 1; i < tokens.rows; ++i)
      for (std::int64_t j = 0; j < d; ++j) out[j] = std::max(out[j], tokens.row(i)[j]);
    return;
  }
  const double by = divisor(mode, first, tokens.rows);
  constexpr std::int64_t kColumns = 64;
  for (std::int64_t begin = 0; begin < d; begin += kColumns) {
    const std::int64_t columns = std::min(kColumns, d - begin);
    std::array<double, kColumns> sums{};  // rounded once: an error here is one of the whole vector
    for (std::int64_t i = first; i < tokens.rows; ++i) {
      const double w = weight_of(mode, i);
      for (std::int64_t j = 0; j < columns; ++j)
        sums[static_cast<std::size_t>(j)] += w * static_cast<double>(tokens.row(i)[begin + j]);
    }
    for (std::int64_t j = 0; j < columns; ++j) out[begin + j] = T(sums[static_cast<std::size_t>(j)] / by);
  }
}

template <class T>
void pool_backward(PoolingMode mode, MatView<const T> tokens, std::int64_t first, const T* d_out, MatView<T> d_tokens) {
  const std::int64_t d = tokens.cols;
  if (mode == PoolingMode::kCls || mode == PoolingMode::kLastToken) {
    T* const row = d_tokens.row(mode == PoolingMode::kCls ? 0 : tokens.rows - 1);
    for (std::int64_t j = 0; j < d; ++j) row[j] += d_out[j];
    return;
  }
  if (first >= tokens.rows) return;
  if (mode == PoolingMode::kMax) {
    for (std::int64_t j = 0; j < d; ++j) {
      std::int64_t best = first;
      for (std::int64_t i = first + 1; i < tokens.rows; ++i)
        if (tokens.row(i)[j] > tokens.row(best)[j]) best = i;
      d_tokens.row(best)[j] += d_out[j];
    }
    return;
  }
  const double by = divisor(mode, first, tokens.rows);
  for (std::int64_t i = first; i < tokens.rows; ++i) {
    const T w = T(weight_of(mode, i) / by);
    for (std::int64_t j = 0; j < d; ++j) d_tokens.row(i)[j] += w * d_out[j];
  }
}

template <class T>
void normalize_rows(MatView<T> x, T* norms) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    double squares = 0;
    for (std::int64_t j = 0; j < x.cols; ++j) squares += static_cast<double>(x.row(i)[j]) * x.row(i)[j];
    const double norm = std::max(std::sqrt(squares), 1e-12);
    norms[i] = T(norm);
    for (std::int64_t j = 0; j < x.cols; ++j) x.row(i)[j] = T(x.row(i)[j] / norm);
  }
}

template <class T>
void normalize_rows_backward(MatView<const T> y, const T* norms, MatView<T> d) {
  for (std::int64_t i = 0; i < y.rows; ++i) {
    double along = 0;
    for (std::int64_t j = 0; j < y.cols; ++j) along += static_cast<double>(y.row(i)[j]) * d.row(i)[j];
    for (std::int64_t j = 0; j < y.cols; ++j) d.row(i)[j] = T((d.row(i)[j] - along * y.row(i)[j]) / norms[i]);
  }
}

template <class T>
HeadGraph<T>::HeadGraph(const PipelineConfig& pipeline, ParameterSet<T>& parameters)
    : pooling_(pipeline.pooling),
      include_prompt_(pipeline.include_prompt),
      pooled_width_(pipeline.encoder.hidden_size * static_cast<std::int64_t>(pipeline.pooling.size())),
      dimensions_(pipeline.dimensions()) {
  using Kind = PipelineConfig::Step::Kind;
  for (const PipelineConfig::Step& config : pipeline.steps) {
    const std::string folder = config.folder.filename().string();
    const auto take = [&](const char* name, std::vector<std::int64_t> shape) {
      Parameter<T>* const p = parameters.find(concat(folder, "/", name));
      if (p == nullptr || p->shape != shape)
        fail(ErrorCode::kCorrupt, config.folder.string(), ": expected a tensor '", name, "' of ", shape_text(shape));
      p->trained = true;
      return p;
    };
    Step step;
    step.kind = config.kind;
    step.out = config.out;
    step.activation = config.activation;
    if (config.kind == Kind::kDense) {
      std::vector<Parameter<T>*> bias;
      if (config.bias) bias.push_back(take("linear.bias", {config.out}));
      step.linear = LinearGraph<T>({take("linear.weight", {config.out, config.in})}, bias);
    } else if (config.kind == Kind::kLayerNorm) {
      step.gamma = take("norm.weight", {config.out});
      step.beta = take("norm.bias", {config.out});
    }
    steps_.push_back(std::move(step));
  }
}

template <class T>
void HeadGraph<T>::prepare(ThreadPool* pool) {
  for (Step& s : steps_)
    if (s.kind == PipelineConfig::Step::Kind::kDense) s.linear.prepare(pool);
}

template <class T>
void HeadGraph<T>::forward(const TokenBatch& batch, std::int64_t prompt_tokens, MatView<const T> hidden, MatView<T> out,
                           ThreadPool* pool) {
  using Kind = PipelineConfig::Step::Kind;
  Buffer<T> memory(batch.texts() * pooled_width_);
  MatView<T> x(memory.data(), batch.texts(), pooled_width_);
  for_each_rows(pool, batch.texts(), 1, [&](std::int64_t b, std::int64_t) {
    const std::int64_t begin = batch.offsets[static_cast<std::size_t>(b)],
                       n = batch.offsets[static_cast<std::size_t>(b) + 1] - begin;
    for (std::size_t i = 0; i < pooling_.size(); ++i)
      pool_forward<T>(pooling_[i], hidden.slice_rows(begin, n), include_prompt_ ? 0 : std::min(prompt_tokens, n),
                      x.row(b) + static_cast<std::int64_t>(i) * hidden.cols);
  });
  for (Step& s : steps_) {
    s.output.reserve_discard(x.rows * s.out);
    s.input.reserve_discard(x.rows * x.cols);
    std::copy_n(x.data, x.rows * x.cols, s.input.data());
    const MatView<T> y(s.output.data(), x.rows, s.out);
    if (s.kind == Kind::kDense) {
      s.linear.forward(x, y, pool);
      Buffer<T> next(x.rows * s.out);
      std::copy_n(y.data, x.rows * s.out, next.data());
      x = MatView<T>(next.data(), x.rows, s.out);
      memory = std::move(next);
      activation_forward<T>(s.activation, x, x, pool);
    } else if (s.kind == Kind::kLayerNorm) {
      norm_forward<T>(x, *s.gamma, *s.beta, kTorchNormEps, s.tape, x, pool);
    } else {
      s.norms.reserve_discard(x.rows);
      normalize_rows<T>(x, s.norms.data());
      std::copy_n(x.data, x.rows * x.cols, y.data);
    }
  }
  for (std::int64_t b = 0; b < x.rows; ++b) std::copy_n(x.row(b), x.cols, out.row(b));
}

template <class T>
void HeadGraph<T>::backward(const TokenBatch& batch, std::int64_t prompt_tokens, MatView<const T> hidden,
                            MatView<const T> d_out, MatView<T> d_hidden, ThreadPool* pool) {
  using Kind = PipelineConfig::Step::Kind;
  const std::int64_t texts = batch.texts();
  Buffer<T> memory(texts * d_out.cols);
  MatView<T> d(memory.data(), texts, d_out.cols);
  for (std::int64_t b = 0; b < texts; ++b) std::copy_n(d_out.row(b), d.cols, d.row(b));
  for (std::size_t i = steps_.size(); i-- > 0;) {
    Step& s = steps_[i];
    const std::int64_t in = i == 0 ? pooled_width_ : steps_[i - 1].out;
    const MatView<const T> output(s.output.data(), texts, s.out), input(s.input.data(), texts, in);
    if (s.kind == Kind::kNormalize) {
      normalize_rows_backward<T>(output, s.norms.data(), d);
      continue;
    }
    Buffer<T> next(texts * in, T(0));
    const MatView<T> d_x(next.data(), texts, in);
    if (s.kind == Kind::kDense) {
      activation_backward<T>(s.activation, output, d, pool);
      s.linear.backward(input, d, false, d_x, pool);
    } else {
      norm_backward<T>(d, s.tape, *s.gamma, *s.beta, false, d_x, pool);
    }
    memory = std::move(next);
    d = d_x;
  }
  for_each_rows(pool, texts, 1, [&](std::int64_t b, std::int64_t) {
    const std::int64_t begin = batch.offsets[static_cast<std::size_t>(b)],
                       n = batch.offsets[static_cast<std::size_t>(b) + 1] - begin;
    const MatView<T> rows = d_hidden.slice_rows(begin, n);
    for (std::int64_t r = 0; r < n; ++r) std::fill_n(rows.row(r), rows.cols, T(0));
    for (std::size_t i = 0; i < pooling_.size(); ++i)
      pool_backward<T>(pooling_[i], hidden.slice_rows(begin, n), include_prompt_ ? 0 : std::min(prompt_tokens, n),
                       d.row(b) + static_cast<std::int64_t>(i) * hidden.cols, rows);
  });
}

#define SEMEME_FOR(T)                                                                                \
  template void pool_forward<T>(PoolingMode, MatView<const T>, std::int64_t, T*);                    \
  template void pool_backward<T>(PoolingMode, MatView<const T>, std::int64_t, const T*, MatView<T>); \
  template void normalize_rows<T>(MatView<T>, T*);                                                   \
  template void normalize_rows_backward<T>(MatView<const T>, const T*, MatView<T>);                  \
  template class HeadGraph<T>;
SEMEME_FOR(float)
SEMEME_FOR(double)
#undef SEMEME_FOR

}  // namespace sememe::train
