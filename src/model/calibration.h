#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "model/transformer.h"
#include "sememe/matrix.h"
#include "sememe/tokenizer.h"

namespace sememe {

/// What a float32 model does on texts of the program's own, from which its products in bytes are laid out.
struct Calibration {
  struct Layer {
    std::vector<float> qkv, up;  ///< largest magnitude of each column of these products' inputs
    Matrix inner;                ///< inputs of `down`, a row for each token
  };
  std::vector<Layer> layers;
};

/// Runs `transformer`, whose operands are float32, on some hundred tokens.
Calibration calibrate(const Transformer& transformer, const Tokenizer& tokenizer, std::int64_t max_tokens);

/// Factors of a product's input columns, for a shared range of bytes: 1 / s with s = (largest input)^1/2 /
/// (largest weight)^1/2, scaled to a geometric mean of one; the weights are multiplied by s.
/// Source   Xiao et al. 2022, SmoothQuant, eq. 4, alpha = 0.5.
std::vector<float> smoothing_factors(std::span<const float> largest_input, MatView<const float> weight);

}  // namespace sememe
