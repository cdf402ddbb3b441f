#pragma once

#include <span>

#include "base/thread_pool.h"
#include "nn/rows.h"

namespace sememe {

/// y_i = gamma * (x_i - mean(x_i)) / sqrt(var(x_i) + eps) + beta for every row i; var is the biased variance.
/// If `next` is given, y is written there, too, in its type, while the row is still in the cache.
///
/// Shapes   x, y (N, D), may be the same; gamma, beta (D); next (N, D), bfloat16 or bytes; factors (D), which multiply
///          the columns on their way to bytes: needed for bytes, unused else.
/// Values   float32; mean and variance in two passes, accurate to a few ulp of the largest value.
/// Source   Ba et al. 2016, eq. 4; torch.nn.LayerNorm.
void layer_norm(MatView<const float> x, std::span<const float> gamma, std::span<const float> beta, float eps,
                MatView<float> y, ThreadPool* pool = nullptr, const Rows* next = nullptr,
                std::span<const float> factors = {});

}  // namespace sememe
