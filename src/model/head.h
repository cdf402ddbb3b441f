#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "model/pipeline.h"
#include "nn/linear.h"

namespace sememe {

/// From token vectors to one vector: pooling, then Dense, LayerNorm and Normalize as the model has them.
/// Immutable; shared by every thread.
class Head {
 public:
  /// Loads the weights of the steps. Errors as load_encoder_weights.
  Head(const PipelineConfig& pipeline, ThreadPool& pool);

  std::int64_t pooled_width() const { return pooled_width_; }
  std::int64_t dimensions() const { return dimensions_; }

  /// Pools one text: tokens (L, D) -> out (pooled_width()). `prompt_tokens` rows at the start are left out when the
  /// model does not pool its prompt.
  void pool(MatView<const float> tokens, std::int64_t prompt_tokens, std::span<float> out) const;

  /// The steps after pooling: pooled (N, pooled_width()) -> out (N, dimensions()), row by row. A Normalize at the very
  /// end is left out if `normalize` is false. Overwrites `pooled`.
  void finish(MatView<float> pooled, bool normalize, MatView<float> out) const;

 private:
  struct Step {
    PipelineConfig::Step::Kind kind;
    std::int64_t out;
    Activation activation;
    Linear linear;
    Buffer<float> gamma, beta;
  };

  std::vector<PoolingMode> pooling_;
  bool include_prompt_;
  std::int64_t pooled_width_, dimensions_;
  std::vector<Step> steps_;
};

}  // namespace sememe
