#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "io/safetensors.h"
#include "model/encoder_config.h"
#include "nn/embedding.h"
#include "nn/linear.h"

namespace sememe {

/// A float32 table: a view into the mapped file where that is possible, else a copy.
struct Table {
  MatView<const float> view;
  Buffer<float> copy;
};

/// Gain and shift of one LayerNorm.
struct Norm {
  Buffer<float> gamma, beta;
};

struct LayerWeights {
  Linear qkv;  ///< (3 D, D): query, key and value side by side
  Linear attention_out, up, down;
  Norm attention_norm, output_norm;
  Buffer<float> qkv_factors, up_factors;  ///< of the columns of these products' inputs; bytes alone
};

/// All parameters of the transformer, ready for the kernels. Immutable; shared by every thread.
struct EncoderWeights {
  TensorStore store;  ///< keeps the mapping alive that the tables look into
  WordRows words;     ///< look into words_table, or into the file if that has bytes
  Table words_table, positions, types;
  Norm embedding_norm, final_norm;
  std::vector<LayerWeights> layers;
  NumberType operands = NumberType::kFloat32;  ///< of the layers' products
  std::int64_t parameters = 0;
  std::string dtype;  ///< of the word table, as stored
};

/// Reads a tensor by the first of `names` that `store` has, checks shape and dtype and that every value is finite.
/// Errors   kCorrupt, naming file, tensor, expected (and the config key that says so) and found;
///          kUnsupported: not floating point.
Buffer<float> read_tensor(const TensorStore& store, std::span<const std::string> names,
                          std::initializer_list<std::int64_t> shape);

/// A tensor of numbers as float32, in chunks on `pool`. Errors   kCorrupt: NaN or infinity.
void copy_checked(const Tensor& tensor, float* out, ThreadPool& pool);
/// The error of a tensor that holds NaN or infinity.
[[noreturn]] void fail_not_finite(const Tensor& tensor);

/// Loads and packs the weights of `folder` for `config`, the matrices of the layers as `operands`: kFloat32 or
/// kBfloat16 (model/byte_weights.h makes bytes of float32).
/// Errors   as read_tensor; kNotFound: no safetensors; kUnsupported: only a pickle (pytorch_model.bin), with advice.
EncoderWeights load_encoder_weights(const std::filesystem::path& folder, const EncoderConfig& config, ThreadPool& pool,
                                    NumberType operands = NumberType::kFloat32);

/// Opens the safetensors of `folder`; a pickle alone is refused, never opened, with advice how to convert it.
TensorStore open_weights(const std::filesystem::path& folder);

}  // namespace sememe
