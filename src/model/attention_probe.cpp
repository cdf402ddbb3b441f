#include "model/attention_probe.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/buffer.h"
#include "base/fail.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/tensor_names.h"
#include "model/weights.h"

namespace sememe {
namespace {

using TokenRows = std::vector<std::vector<double>>;  // one for each token

struct Affine {
  Buffer<float> weight, bias;  // (out, in), (out)
};
struct Layer {
  Affine query, key, value, out, up, down;
  Norm attention_norm, output_norm;
};

TokenRows transformed(const Affine& a, const TokenRows& x) {
  const std::int64_t out = a.bias.size(), in = a.weight.size() / out;
  TokenRows y(x.size(), std::vector<double>(out));
  for (std::size_t t = 0; t < x.size(); ++t)
    for (std::int64_t o = 0; o < out; ++o) {
      double sum = static_cast<double>(a.bias.data()[o]);
      for (std::int64_t i = 0; i < in; ++i) sum += x[t][i] * static_cast<double>(a.weight.data()[o * in + i]);
      y[t][o] = sum;
    }
  return y;
}

void add(TokenRows& x, const TokenRows& y) {
  for (std::size_t t = 0; t < x.size(); ++t)
    for (std::size_t i = 0; i < x[t].size(); ++i) x[t][i] += y[t][i];
}

TokenRows normed(const Norm& norm, TokenRows x, double eps) {
  for (std::vector<double>& row : x) {
    const auto n = static_cast<double>(row.size());
    double mean = 0, square = 0;
    for (const double v : row) mean += v / n;
    for (const double v : row) square += (v - mean) * (v - mean) / n;
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = (row[i] - mean) / std::sqrt(square + eps) * static_cast<double>(norm.gamma.data()[i]) +
               static_cast<double>(norm.beta.data()[i]);
  }
  return x;
}

Matrix matrix_of(const TokenRows& rows) {
  Matrix out(std::ssize(rows), rows.empty() ? 0 : std::ssize(rows[0]));
  for (std::int64_t t = 0; t < out.rows(); ++t)
    std::transform(rows[t].begin(), rows[t].end(), out.row(t).begin(), [](double v) { return static_cast<float>(v); });
  return out;
}

}  // namespace

struct AttentionProbe::State {
  explicit State(const PipelineConfig& pipeline)
      : config(pipeline.encoder), store(open_weights(pipeline.transformer_folder)) {
    const std::int64_t d = config.hidden_size, f = config.intermediate_size;
    words = read(Param::kWords, {config.vocab_size, d});
    positions = read(Param::kPositions, {config.max_positions, d});
    if (config.type_vocab_size > 0) types = read(Param::kTypes, {config.type_vocab_size, d});
    if (config.embedding_norm) embedding_norm = norm(Param::kEmbeddingNormGamma, Param::kEmbeddingNormBeta, 0);
    if (config.norm == NormPlacement::kPre) final_norm = norm(Param::kFinalNormGamma, Param::kFinalNormBeta, 0);
    for (std::int64_t i = 0; i < config.layers; ++i) {
      Layer layer;
      layer.query = affine(Param::kQueryWeight, Param::kQueryBias, i, d, d);
      layer.key = affine(Param::kKeyWeight, Param::kKeyBias, i, d, d);
      layer.value = affine(Param::kValueWeight, Param::kValueBias, i, d, d);
      layer.out = affine(Param::kAttentionOutWeight, Param::kAttentionOutBias, i, d, d);
      layer.up = affine(Param::kUpWeight, Param::kUpBias, i, f, d);
      layer.down = affine(Param::kDownWeight, Param::kDownBias, i, d, f);
      layer.attention_norm = norm(Param::kAttentionNormGamma, Param::kAttentionNormBeta, i);
      layer.output_norm = norm(Param::kOutputNormGamma, Param::kOutputNormBeta, i);
      layers.push_back(std::move(layer));
    }
  }

  Buffer<float> read(Param param, std::initializer_list<std::int64_t> shape, std::int64_t layer = 0) const {
    return read_tensor(store, tensor_names(config.family, param, layer), shape);
  }
  Affine affine(Param weight, Param bias, std::int64_t layer, std::int64_t out, std::int64_t in) const {
    return {read(weight, {out, in}, layer), read(bias, {out}, layer)};
  }
  Norm norm(Param gamma, Param beta, std::int64_t layer) const {
    return {read(gamma, {config.hidden_size}, layer), read(beta, {config.hidden_size}, layer)};
  }

  /// softmax(q k^T / sqrt(width)) of each head, and the values that it weights.
  TokenRows attend(const Layer& layer, const TokenRows& x, std::vector<float>& weights) const {
    const TokenRows q = transformed(layer.query, x), k = transformed(layer.key, x), v = transformed(layer.value, x);
    const std::int64_t n = std::ssize(x), width = config.head_dim();
    TokenRows context(x.size(), std::vector<double>(config.hidden_size));
    for (std::int64_t h = 0; h < config.heads; ++h)
      for (std::int64_t i = 0; i < n; ++i) {
        std::vector<double> row(n);
        for (std::int64_t j = 0; j < n; ++j) {
          for (std::int64_t c = h * width; c < (h + 1) * width; ++c) row[j] += q[i][c] * k[j][c];
          row[j] /= std::sqrt(static_cast<double>(width));
        }
        const double most = *std::max_element(row.begin(), row.end());
        double sum = 0;
        for (double& w : row) sum += w = std::exp(w - most);
        for (std::int64_t j = 0; j < n; ++j) {
          row[j] /= sum;
          weights.push_back(static_cast<float>(row[j]));
          for (std::int64_t c = h * width; c < (h + 1) * width; ++c) context[i][c] += row[j] * v[j][c];
        }
      }
    return transformed(layer.out, context);
  }

  TokenRows feed_forward(const Layer& layer, const TokenRows& x) const {
    TokenRows inner = transformed(layer.up, x);
    for (std::vector<double>& row : inner) {
      std::vector<float> values(row.begin(), row.end());
      activate(config.activation, values);
      row.assign(values.begin(), values.end());
    }
    return transformed(layer.down, inner);
  }

  EncoderConfig config;
  TensorStore store;
  Buffer<float> words, positions, types;
  Norm embedding_norm, final_norm;
  std::vector<Layer> layers;
};

AttentionProbe::AttentionProbe(std::unique_ptr<State> state) : state_(std::move(state)) {}
AttentionProbe::AttentionProbe(AttentionProbe&&) noexcept = default;
AttentionProbe& AttentionProbe::operator=(AttentionProbe&&) noexcept = default;
AttentionProbe::~AttentionProbe() = default;

std::int64_t AttentionProbe::layers() const { return state_->config.layers; }

AttentionProbe AttentionProbe::load(std::string_view model) {
  return AttentionProbe(std::make_unique<State>(read_transformer_pipeline(find_model_folder(model), "mean")));
}

AttentionTrace AttentionProbe::trace(std::span<const std::int32_t> ids) const {
  const EncoderConfig& config = state_->config;
  const std::int64_t d = config.hidden_size, n = std::ssize(ids);
  if (n < 1 || n > config.max_positions)
    fail(ErrorCode::kInvalidArgument, "attention: expected 1 to ", config.max_positions, " tokens, found ", n);
  AttentionTrace out;
  out.tokens = n;
  out.heads = config.heads;
  out.table_rows = Matrix(n, d);
  TokenRows hidden(n, std::vector<double>(d));
  for (std::int64_t t = 0; t < n; ++t) {
    if (ids[t] < 0 || ids[t] >= config.vocab_size)
      fail(ErrorCode::kInvalidArgument, "attention: expected ids below ", config.vocab_size, ", found ", ids[t]);
    std::copy_n(state_->words.data() + ids[t] * d, d, out.table_rows.row(t).begin());
    for (std::int64_t i = 0; i < d; ++i) {
      hidden[t][i] = static_cast<double>(out.table_rows.row(t)[i]) + state_->positions.data()[t * d + i];
      if (config.type_vocab_size > 0) hidden[t][i] += static_cast<double>(state_->types.data()[i]);
    }
  }
  const auto eps = static_cast<double>(config.norm_eps);
  if (config.embedding_norm) hidden = normed(state_->embedding_norm, std::move(hidden), eps);
  const bool pre = config.norm == NormPlacement::kPre;
  out.hidden.push_back(matrix_of(hidden));
  for (const Layer& layer : state_->layers) {
    std::vector<float>& weights = out.attention.emplace_back();
    add(hidden, state_->attend(layer, pre ? normed(layer.attention_norm, hidden, eps) : hidden, weights));
    if (!pre) hidden = normed(layer.attention_norm, std::move(hidden), eps);
    add(hidden, state_->feed_forward(layer, pre ? normed(layer.output_norm, hidden, eps) : hidden));
    if (!pre) hidden = normed(layer.output_norm, std::move(hidden), eps);
    out.hidden.push_back(matrix_of(hidden));
  }
  if (pre) hidden = normed(state_->final_norm, std::move(hidden), eps);
  out.last_hidden = matrix_of(hidden);
  return out;
}

}  // namespace sememe
