#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "nn/rows.h"

namespace sememe {

/// Scratch of attention(): one part for each worker of the pool.
class AttentionScratch {
 public:
  /// For texts of up to `max_tokens` tokens and `workers` workers.
  void reserve(std::int64_t max_tokens, std::int64_t head_dim, int workers);
  float* part(int worker) { return memory_.data() + worker * stride_; }

 private:
  Buffer<float> memory_;
  std::int64_t stride_ = 0;
};

/// Multi-head self-attention over a packed ragged batch: every text attends to itself only, in full.
/// context_h = softmax(Q_h K_h^T * scale) V_h for each head h of each text.
///
/// Shapes   qkv (T, 3 * D): Q, K, V side by side, each heads * head_dim wide; offsets (B + 1), offsets[0] = 0,
///          offsets[B] = T; context (T, D), of the type of qkv: float32 or bfloat16.
/// Values   scores, softmax and sums in float32; rows of a text do not depend, to the bit, on other texts, on order or
///          on the pool.
/// Threads  splits over (text, head) on `pool` if given.
/// Source   Vaswani et al. 2017, eq. 1; arithmetic of BertSelfAttention without mask.
void attention(const Rows& qkv, std::span<const std::int64_t> offsets, std::int64_t heads, std::int64_t head_dim,
               float scale, AttentionScratch& scratch, const Rows& context, ThreadPool* pool = nullptr);

}  // namespace sememe
