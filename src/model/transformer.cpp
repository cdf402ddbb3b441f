#include "model/transformer.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace sememe {
namespace {

/// Type in which products hand on their results, and attention works.
NumberType wide_type(NumberType operands) { return operands == NumberType::kInt8 ? fastest_float() : operands; }

MatView<float> float_view(const Rows& x) { return {static_cast<float*>(x.data), x.rows, x.cols, x.stride}; }

/// `x` as `linear` reads it: itself, or in bytes.
Rows operand(const Linear& linear, const Rows& x, const RowsBuffer& buffer, ThreadPool* pool) {
  if (linear.type() == x.type) return x;
  const Rows bytes = buffer.view(x.rows);
  convert(x, bytes, pool);
  return bytes;
}

/// Rows that go through the feed-forward block together: their inner activations stay in L2.
std::int64_t block_rows(const Rows& inner) {
  constexpr std::int64_t kBytes = 512 << 10, kTile = 14;
  return std::max<std::int64_t>(kTile, kBytes / (inner.stride * size_of(inner.type)) / kTile * kTile);
}

/// One way of a batch through the layers.
/// Post-norm:  h = norm(h + attention(h)),        h = norm(h + feed_forward(h))
/// Pre-norm:   h = h + attention(norm(h)),        h = h + feed_forward(norm(h))
class Pass {
 public:
  Pass(const EncoderConfig& config, NumberType operands, const PackedBatch& batch, Workspace& ws, ThreadPool* pool,
       const Transformer::Watch* watch)
      : config_(config),
        batch_(batch),
        ws_(ws),
        pool_(pool),
        watch_(watch),
        hidden_(float_view(ws.hidden.view(batch.tokens()))) {
    const std::int64_t t = batch.tokens();
    in_place_ = !pre() && operands == NumberType::kFloat32;
    input_ = in_place_ ? Rows(hidden_) : ws.input.view(t);
    if (pre()) normed_ = float_view(operands == NumberType::kFloat32 ? input_ : ws.normed.view(t));
  }

  MatView<float> run(const EncoderWeights& w) {
    embed(batch_.ids, {}, batch_.offsets, w.words, w.positions.view, 0, w.types.view, hidden_);
    const auto factors = [&](std::size_t layer) {
      return layer < w.layers.size() ? w.layers[layer].qkv_factors.span() : std::span<const float>();
    };
    if (config_.embedding_norm) {
      layer_norm(hidden_, w.embedding_norm, hidden_, !pre(), factors(0));
    } else if (!pre() && !in_place_) {
      convert(Rows(hidden_), input_, pool_, factors(0));
    }
    for (layer_ = 0; layer_ < std::ssize(w.layers); ++layer_) {
      const LayerWeights& layer = w.layers[static_cast<std::size_t>(layer_)];
      attend(layer);
      feed_forward(layer, layer_ + 1 == std::ssize(w.layers), factors(static_cast<std::size_t>(layer_) + 1));
    }
    if (pre()) layer_norm(hidden_, w.final_norm, hidden_, false, {});
    return hidden_;
  }

 private:
  bool pre() const { return config_.norm == NormPlacement::kPre; }

  /// Rows [first, first + x.rows) of the stream; the operand of the next product is made of them if `feeds`, with its
  /// factors.
  void layer_norm(MatView<float> x, const Norm& n, MatView<float> y, bool feeds, std::span<const float> factors,
                  std::int64_t first = 0) {
    const Rows next = input_.slice(first, x.rows);
    const bool converts = feeds && next.type != NumberType::kFloat32;
    sememe::layer_norm(x, n.gamma.span(), n.beta.span(), config_.norm_eps, y, pool_, converts ? &next : nullptr,
                       factors);
  }

  void show(Product product, const Rows& input) const {
    if (watch_ != nullptr) (*watch_)(product, layer_, float_view(input));
  }

  void attend(const LayerWeights& w) {
    const std::int64_t t = batch_.tokens();
    const Rows qkv = ws_.qkv.view(t), context = ws_.context.view(t);
    if (pre()) layer_norm(hidden_, w.attention_norm, normed_, true, w.qkv_factors.span());
    show(Product::kQkv, input_);
    w.qkv.forward(input_, qkv, Activation::kIdentity, {}, pool_);
    pad_rows(context);
    attention(qkv, batch_.offsets, config_.heads, config_.head_dim(),
              static_cast<float>(1 / std::sqrt(static_cast<double>(config_.head_dim()))), ws_.attention, context,
              pool_);
    w.attention_out.forward(operand(w.attention_out, context, ws_.context_bytes, pool_), Rows(hidden_),
                            Activation::kIdentity, hidden_, pool_);
    if (!pre()) layer_norm(hidden_, w.attention_norm, hidden_, true, w.up_factors.span());
  }

  /// `factors` are those of the layer that follows, unless this is the last.
  void feed_forward(const LayerWeights& w, bool last, std::span<const float> factors) {
    const std::int64_t t = batch_.tokens();
    if (pre()) layer_norm(hidden_, w.output_norm, normed_, true, w.up_factors.span());
    show(Product::kUp, input_);
    // Block by block, so that the inner activations stay in L2; all at once where threads share the columns.
    const std::int64_t block = pool_ != nullptr ? t : block_rows(ws_.inner.view(0));
    const std::int64_t blocks = (t + block - 1) / block;
    for (std::int64_t i = 0; i < blocks; ++i) {
      const std::int64_t first = t * i / blocks, count = t * (i + 1) / blocks - first;
      const MatView<float> hidden = hidden_.slice_rows(first, count);
      const Rows inner = ws_.inner.view(count);
      pad_rows(inner);
      w.up.forward(input_.slice(first, count), inner, config_.activation, {}, pool_);
      show(Product::kDown, inner);
      w.down.forward(operand(w.down, inner, ws_.inner_bytes, pool_), Rows(hidden), Activation::kIdentity, hidden,
                     pool_);
      if (!pre()) layer_norm(hidden, w.output_norm, hidden, !last, factors, first);
    }
  }

  const EncoderConfig& config_;
  const PackedBatch& batch_;
  Workspace& ws_;
  ThreadPool* pool_;
  const Transformer::Watch* watch_;
  std::int64_t layer_ = 0;
  MatView<float> hidden_, normed_;
  Rows input_;
  bool in_place_ = false;  ///< the products read the residual stream itself
};

}  // namespace

void Workspace::reserve(const EncoderConfig& config, NumberType operands, std::int64_t tokens, std::int64_t longest,
                        int workers) {
  const NumberType wide = wide_type(operands);
  const std::int64_t d = config.hidden_size, f = config.intermediate_size;
  hidden.reserve(NumberType::kFloat32, tokens, d);
  normed.reserve(NumberType::kFloat32, config.norm == NormPlacement::kPre ? tokens : 0, d);
  input.reserve(operands, tokens, d);
  qkv.reserve(wide, tokens, 3 * d);
  context.reserve(wide, tokens, d);
  inner.reserve(wide, tokens, f);
  if (wide != operands) {
    context_bytes.reserve(operands, tokens, d);
    inner_bytes.reserve(operands, tokens, f);
  }
  attention.reserve(longest, config.head_dim(), workers);
}

MatView<const float> Transformer::forward(const PackedBatch& batch, Workspace& workspace, ThreadPool* pool) const {
  return Pass(config_, weights_.operands, batch, workspace, pool, nullptr).run(weights_);
}

void Transformer::watch(const PackedBatch& batch, Workspace& workspace, ThreadPool& pool, Watch watch) const {
  assert(weights_.operands == NumberType::kFloat32);
  Pass(config_, weights_.operands, batch, workspace, &pool, &watch).run(weights_);
}

}  // namespace sememe
