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
Calibration calibrate(const Transformer& transformer, const Tokenizer& tokenizer, std::int64_t max_tokens,
                      ThreadPool& pool);

/// Raises largest[k] to the largest magnitude of column k.
void raise_to_largest(MatView<const float> rows, std::vector<float>& largest);

}  // namespace sememe
