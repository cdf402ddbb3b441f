#pragma once

#include <span>

#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe {

/// y_i = gamma * (x_i - mean(x_i)) / sqrt(var(x_i) + eps) + beta for every row i; var is the biased variance.
///
/// Shapes   x, y (N, D), may be the same; gamma, beta (D); an empty beta counts as zeros.
/// Values   float32; mean and variance in two passes, accurate to a few ulp of the largest value.
/// Source   Ba et al. 2016, eq. 4; torch.nn.LayerNorm.
void layer_norm(MatView<const float> x, std::span<const float> gamma, std::span<const float> beta, float eps,
                MatView<float> y, ThreadPool* pool = nullptr);

}  // namespace sememe
