#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "model/encoder_config.h"
#include "model/weights.h"
#include "nn/attention.h"

namespace sememe {

/// Several texts as token ids, one after another: text i is ids[offsets[i], offsets[i + 1]).
struct PackedBatch {
  std::span<const std::int32_t> ids;      ///< T
  std::span<const std::int64_t> offsets;  ///< B + 1, offsets[0] = 0; every text has at least one token

  std::int64_t texts() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t tokens() const { return static_cast<std::int64_t>(ids.size()); }
};

/// Activations of one forward pass, kept between passes so that forward() allocates nothing once they have grown.
struct Workspace {
  /// Makes room for `tokens` tokens, the longest text having `longest`, for a pass on `workers` workers.
  void reserve(const EncoderConfig& config, NumberType operands, std::int64_t tokens, std::int64_t longest,
               int workers);

  RowsBuffer hidden;  ///< the residual stream, float32
  RowsBuffer normed;  ///< its norm in float32, for pre-norm
  RowsBuffer input;   ///< what the next product reads of it
  RowsBuffer qkv, context, inner;
  RowsBuffer context_bytes, inner_bytes;
  AttentionScratch attention;
};

/// The products whose inputs can be watched.
enum class Product { kQkv, kUp, kDown };

/// The encoder: embeddings, then layers of attention and feed-forward, assembled from the parts that the
/// configuration switches on.
/// Threads  immutable; forward() may run in many threads at once, each with a workspace of its own.
class Transformer {
 public:
  Transformer(EncoderConfig config, EncoderWeights weights)
      : config_(std::move(config)), weights_(std::move(weights)) {}

  /// Type of the operands of its products.
  NumberType operands() const { return weights_.operands; }

  const EncoderConfig& config() const { return config_; }
  const EncoderWeights& weights() const { return weights_; }

  /// Last hidden states of every token.
  ///
  /// Shapes   batch: T tokens; returns (T, D), a view into `workspace`, valid until its next use.
  /// Values   float32; rows of a text do not depend, to the bit, on the other texts or on the pool. Residual stream,
  ///          norms and softmax are float32 whatever the operands are.
  /// Requires every id below vocab_size and every text at most max_positions long; workspace.reserve() for the batch.
  /// Threads  splits each operation on `pool` if given (one text, low latency), else runs on the caller's thread.
  MatView<const float> forward(const PackedBatch& batch, Workspace& workspace, ThreadPool* pool) const;

  using Watch = FunctionRef<void(Product product, std::int64_t layer, MatView<const float> input)>;
  /// The same on the pool, showing every layer's inputs of the products; the operands are float32.
  void watch(const PackedBatch& batch, Workspace& workspace, ThreadPool& pool, Watch watch) const;

  /// The weights, for another transformer.
  EncoderWeights release() && { return std::move(weights_); }

 private:
  EncoderConfig config_;
  EncoderWeights weights_;
};

}  // namespace sememe
