#include "model/encoder_config.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/fail.h"

namespace sememe {
namespace {

struct FamilyRow {
  std::string_view model_type;
  Family family;
  NormPlacement norm;
  bool embedding_norm;
};

constexpr std::array kFamilies = {
    FamilyRow{"bert", Family::kBert, NormPlacement::kPost, true},
    FamilyRow{"megatron-bert", Family::kMegatronBert, NormPlacement::kPre, false},
};

const FamilyRow& find_family(const Json& config) {
  const std::string type = config.get_string("model_type", "");
  std::string known;
  for (const FamilyRow& row : kFamilies) {
    if (row.model_type == type) return row;
    known.append(known.empty() ? "" : ", ").append(row.model_type);
  }
  if (type.empty()) config.fail(concat("model_type is missing; known ones: ", known));
  fail(ErrorCode::kUnsupported, config.where(), ": model_type ", quote(type), " is not known; known ones: ", known);
}

/// An integer in [low, high]; without a fallback (negative) the key must be there.
std::int64_t size_in(const Json& config, std::string_view key, std::int64_t low, std::int64_t high,
                     std::int64_t fallback = -1) {
  const std::int64_t value = fallback >= 0 && !config.find(key) ? fallback : config.at(key).as_int();
  if (value < low || value > high)
    config.fail(concat(key, ": expected an integer from ", low, " to ", high, ", found ", value));
  return value;
}

// Far above every published encoder, and small enough that no product of them overflows.
constexpr std::int64_t kMaxWidth = 1 << 17, kMaxLayers = 1024, kMaxRows = 1 << 28;

}  // namespace

EncoderConfig parse_encoder_config(const Json& config) {
  const FamilyRow& row = find_family(config);
  EncoderConfig c;
  c.family = row.family;
  c.model_type = row.model_type;
  c.norm = row.norm;
  c.embedding_norm = row.embedding_norm;
  c.hidden_size = size_in(config, "hidden_size", 1, kMaxWidth);
  c.layers = size_in(config, "num_hidden_layers", 1, kMaxLayers);
  c.heads = size_in(config, "num_attention_heads", 1, kMaxWidth);
  if (c.hidden_size % c.heads != 0)
    config.fail(concat("hidden_size ", c.hidden_size, " is not a multiple of num_attention_heads ", c.heads));
  c.intermediate_size = size_in(config, "intermediate_size", 1, kMaxWidth);
  c.vocab_size = size_in(config, "vocab_size", 1, kMaxRows);
  c.max_positions = size_in(config, "max_position_embeddings", 1, kMaxRows);
  c.type_vocab_size = size_in(config, "type_vocab_size", 0, kMaxRows, 0);

  const double eps = config.get_number("layer_norm_eps", 1e-12);
  if (!(eps > 0 && eps < 1)) config.fail(concat("layer_norm_eps: expected a number between 0 and 1, found ", eps));
  c.norm_eps = static_cast<float>(eps);

  c.activation_name = config.get_string("hidden_act", "gelu");
  const auto activation = parse_activation(c.activation_name);
  if (!activation)
    fail(ErrorCode::kUnsupported, config.where(), ": hidden_act ", quote(c.activation_name),
         " is not known; known ones: ", known_activations());
  c.activation = *activation;

  if (const std::string kind = config.get_string("position_embedding_type", "absolute"); kind != "absolute")
    fail(ErrorCode::kUnsupported, config.where(), ": position_embedding_type ", quote(kind),
         " is not known; known ones: absolute");
  if (config.get_bool("is_decoder", false))
    fail(ErrorCode::kUnsupported, config.where(), ": is_decoder is true; only encoders can be read");
  return c;
}

}  // namespace sememe
