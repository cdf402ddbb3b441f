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
class Workspace {
 public:
  /// Makes room for `tokens` tokens, the longest text having `longest`, for a pass on `workers` workers.
  void reserve(const EncoderConfig& config, std::int64_t tokens, std::int64_t longest, int workers);

 private:
  friend class Transformer;
  MatView<float> view(Buffer<float>& buffer, std::int64_t rows, std::int64_t cols) const;

  Buffer<float> hidden_, normed_, qkv_, context_, inner_;
  AttentionScratch attention_;
};

/// The encoder: embeddings, then layers of attention and feed-forward, assembled from the parts that the
/// configuration switches on.
/// Threads  immutable; forward() may run in many threads at once, each with a workspace of its own.
class Transformer {
 public:
  Transformer(EncoderConfig config, EncoderWeights weights)
      : config_(std::move(config)), weights_(std::move(weights)) {}

  const EncoderConfig& config() const { return config_; }
  const EncoderWeights& weights() const { return weights_; }

  /// Last hidden states of every token.
  ///
  /// Shapes   batch: T tokens; returns (T, D), a view into `workspace`, valid until its next use.
  /// Values   float32; rows of a text do not depend, to the bit, on the other texts or on the pool.
  /// Requires every id below vocab_size and every text at most max_positions long; workspace.reserve() for the batch.
  /// Threads  splits each operation on `pool` if given (one text, low latency), else runs on the caller's thread.
  MatView<const float> forward(const PackedBatch& batch, Workspace& workspace, ThreadPool* pool) const;

 private:
  void layer(const LayerWeights& w, const PackedBatch& batch, Workspace& ws, MatView<float> hidden,
             ThreadPool* pool) const;

  EncoderConfig config_;
  EncoderWeights weights_;
};

}  // namespace sememe
