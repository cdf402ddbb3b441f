#pragma once

#include <cstdint>
#include <string>

#include "io/json.h"
#include "nn/activation.h"

namespace sememe {

/// Where a transformer layer normalises: after adding the residual (BERT), or before each block, with one more
/// norm after the last layer (MegatronBERT).
enum class NormPlacement { kPost, kPre };

/// Model families whose files can be read. kStatic is a table without a transformer (static_model.h); any other family
/// is a column of the tensor-name table (tensor_names.cpp) and a row of the table in encoder_config.cpp.
enum class Family { kBert, kMegatronBert, kStatic };

/// Sizes and switches of the transformer, from config.json.
struct EncoderConfig {
  Family family = Family::kBert;
  std::string model_type;        ///< as config.json spells it
  std::int64_t hidden_size = 0;  ///< D
  std::int64_t layers = 0;
  std::int64_t heads = 0;              ///< H; D is a multiple
  std::int64_t intermediate_size = 0;  ///< F
  std::int64_t vocab_size = 0;         ///< V
  std::int64_t max_positions = 0;
  std::int64_t type_vocab_size = 0;  ///< 0: no token types
  float norm_eps = 0;
  Activation activation = Activation::kGelu;
  std::string activation_name;
  NormPlacement norm = NormPlacement::kPost;
  bool embedding_norm = true;
  bool leaves_out_unknown = false;  ///< kStatic: unknown tokens do not count in the mean

  std::int64_t head_dim() const { return hidden_size / heads; }
};

/// Errors   kCorrupt: a key is missing, of the wrong type or out of range (names it, expected and found);
///          kUnsupported: a model_type, activation or position embedding that this build does not know (names it and
///          lists the known ones).
EncoderConfig parse_encoder_config(const Json& config);

}  // namespace sememe
