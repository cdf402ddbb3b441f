#include "nn/attention.h"

#include <algorithm>
#include <cassert>

#include "kernels/kernels.h"

namespace sememe {

void AttentionScratch::reserve(std::int64_t max_tokens, std::int64_t head_dim, int workers) {
  stride_ = (kernels().attention_scratch(max_tokens, head_dim) + 15) / 16 * 16;
  memory_.reserve_discard(stride_ * workers);
}

void attention(const Rows& qkv, std::span<const std::int64_t> offsets, std::int64_t heads, std::int64_t head_dim,
               float scale, AttentionScratch& scratch, const Rows& context, ThreadPool* pool) {
  const std::int64_t d = heads * head_dim, texts = static_cast<std::int64_t>(offsets.size()) - 1;
  assert(qkv.cols == 3 * d && context.cols == d && offsets.back() == qkv.rows);
  assert(qkv.type == context.type && qkv.type != NumberType::kInt8);
  const std::int64_t bytes = size_of(qkv.type);
  const auto kernel = qkv.type == NumberType::kBfloat16 ? kernels().attention_bf16 : kernels().attention;
  const auto head = [&](std::int64_t job, int worker) {
    const std::int64_t text = job / heads, h = job % heads;
    const std::int64_t begin = offsets[static_cast<std::size_t>(text)],
                       end = offsets[static_cast<std::size_t>(text) + 1];
    const auto* const q = static_cast<const std::byte*>(qkv.row(begin)) + h * head_dim * bytes;
    kernel({.q = q,
            .k = q + d * bytes,
            .v = q + 2 * d * bytes,
            .stride = qkv.stride,
            .out = static_cast<std::byte*>(context.row(begin)) + h * head_dim * bytes,
            .out_stride = context.stride,
            .tokens = end - begin,
            .head_dim = head_dim,
            .scale = scale,
            .scratch = scratch.part(worker)});
  };
  if (pool != nullptr) return pool->run(texts * heads, head);
  for (std::int64_t job = 0; job < texts * heads; ++job) head(job, 0);
}

}  // namespace sememe
