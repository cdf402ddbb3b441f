#include "model/transformer.h"

#include <cmath>

#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace sememe {

void Workspace::reserve(const EncoderConfig& config, std::int64_t tokens, std::int64_t longest, int workers) {
  const std::int64_t d = padded_stride(config.hidden_size);
  hidden_.reserve_discard(tokens * d);
  normed_.reserve_discard(tokens * d);
  context_.reserve_discard(tokens * d);
  qkv_.reserve_discard(tokens * padded_stride(3 * config.hidden_size));
  inner_.reserve_discard(tokens * padded_stride(config.intermediate_size));
  attention_.reserve(longest, config.head_dim(), workers);
}

MatView<float> Workspace::view(Buffer<float>& buffer, std::int64_t rows, std::int64_t cols) const {
  return {buffer.data(), rows, cols, padded_stride(cols)};
}

MatView<const float> Transformer::forward(const PackedBatch& batch, Workspace& ws, ThreadPool* pool) const {
  const MatView<float> hidden = ws.view(ws.hidden_, batch.tokens(), config_.hidden_size);
  embed(batch.ids, {}, batch.offsets, weights_.words.view, weights_.positions.view, 0, weights_.types.view, hidden);
  const auto norm = [&](const Norm& n) {
    layer_norm(hidden, n.gamma.span(), n.beta.span(), config_.norm_eps, hidden, pool);
  };
  if (config_.embedding_norm) norm(weights_.embedding_norm);
  for (const LayerWeights& w : weights_.layers) layer(w, batch, ws, hidden, pool);
  if (config_.norm == NormPlacement::kPre) norm(weights_.final_norm);
  return hidden;
}

// Post-norm:  h = norm(h + attention(h)),        h = norm(h + feed_forward(h))
// Pre-norm:   h = h + attention(norm(h)),        h = h + feed_forward(norm(h))
void Transformer::layer(const LayerWeights& w, const PackedBatch& batch, Workspace& ws, MatView<float> hidden,
                        ThreadPool* pool) const {
  const std::int64_t t = batch.tokens(), d = config_.hidden_size;
  const MatView<float> normed = ws.view(ws.normed_, t, d), qkv = ws.view(ws.qkv_, t, 3 * d),
                       context = ws.view(ws.context_, t, d), inner = ws.view(ws.inner_, t, config_.intermediate_size);
  const bool pre = config_.norm == NormPlacement::kPre;
  const auto norm = [&](const Norm& n, MatView<float> out) {
    layer_norm(hidden, n.gamma.span(), n.beta.span(), config_.norm_eps, out, pool);
  };

  if (pre) norm(w.attention_norm, normed);
  w.qkv.forward(pre ? normed : hidden, qkv, Activation::kIdentity, {}, pool);
  attention(qkv, batch.offsets, config_.heads, config_.head_dim(),
            static_cast<float>(1 / std::sqrt(static_cast<double>(config_.head_dim()))), ws.attention_, context, pool);
  w.attention_out.forward(context, hidden, Activation::kIdentity, hidden, pool);
  if (!pre) norm(w.attention_norm, hidden);

  if (pre) norm(w.output_norm, normed);
  w.up.forward(pre ? normed : hidden, inner, config_.activation, {}, pool);
  w.down.forward(inner, hidden, Activation::kIdentity, hidden, pool);
  if (!pre) norm(w.output_norm, hidden);
}

}  // namespace sememe
