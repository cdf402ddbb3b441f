#include "model/tensor_names.h"

#include <array>

#include "base/fail.h"

namespace sememe {
namespace {

/// The only place that knows tensor names: a family is a column, a parameter is a row; '#' is the layer's number.
struct Row {
  Param param;
  std::string_view bert, megatron;
};

constexpr std::array kRows = {
    Row{Param::kWords, "embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"},
    Row{Param::kPositions, "embeddings.position_embeddings.weight", "embeddings.position_embeddings.weight"},
    Row{Param::kTypes, "embeddings.token_type_embeddings.weight", "embeddings.token_type_embeddings.weight"},
    Row{Param::kEmbeddingNormGamma, "embeddings.LayerNorm.weight", ""},
    Row{Param::kEmbeddingNormBeta, "embeddings.LayerNorm.bias", ""},
    Row{Param::kFinalNormGamma, "", "encoder.ln.weight"},
    Row{Param::kFinalNormBeta, "", "encoder.ln.bias"},
    Row{Param::kQueryWeight, "encoder.layer.#.attention.self.query.weight",
        "encoder.layer.#.attention.self.query.weight"},
    Row{Param::kQueryBias, "encoder.layer.#.attention.self.query.bias", "encoder.layer.#.attention.self.query.bias"},
    Row{Param::kKeyWeight, "encoder.layer.#.attention.self.key.weight", "encoder.layer.#.attention.self.key.weight"},
    Row{Param::kKeyBias, "encoder.layer.#.attention.self.key.bias", "encoder.layer.#.attention.self.key.bias"},
    Row{Param::kValueWeight, "encoder.layer.#.attention.self.value.weight",
        "encoder.layer.#.attention.self.value.weight"},
    Row{Param::kValueBias, "encoder.layer.#.attention.self.value.bias", "encoder.layer.#.attention.self.value.bias"},
    Row{Param::kAttentionOutWeight, "encoder.layer.#.attention.output.dense.weight",
        "encoder.layer.#.attention.output.dense.weight"},
    Row{Param::kAttentionOutBias, "encoder.layer.#.attention.output.dense.bias",
        "encoder.layer.#.attention.output.dense.bias"},
    Row{Param::kAttentionNormGamma, "encoder.layer.#.attention.output.LayerNorm.weight",
        "encoder.layer.#.attention.ln.weight"},
    Row{Param::kAttentionNormBeta, "encoder.layer.#.attention.output.LayerNorm.bias",
        "encoder.layer.#.attention.ln.bias"},
    Row{Param::kUpWeight, "encoder.layer.#.intermediate.dense.weight", "encoder.layer.#.intermediate.dense.weight"},
    Row{Param::kUpBias, "encoder.layer.#.intermediate.dense.bias", "encoder.layer.#.intermediate.dense.bias"},
    Row{Param::kDownWeight, "encoder.layer.#.output.dense.weight", "encoder.layer.#.output.dense.weight"},
    Row{Param::kDownBias, "encoder.layer.#.output.dense.bias", "encoder.layer.#.output.dense.bias"},
    Row{Param::kOutputNormGamma, "encoder.layer.#.output.LayerNorm.weight", "encoder.layer.#.ln.weight"},
    Row{Param::kOutputNormBeta, "encoder.layer.#.output.LayerNorm.bias", "encoder.layer.#.ln.bias"},
};

std::string_view pattern_of(Family family, Param param) {
  for (const Row& row : kRows)
    if (row.param == param) return family == Family::kBert ? row.bert : row.megatron;
  return {};
}

/// "LayerNorm.weight" -> "LayerNorm.gamma", as checkpoints converted from TensorFlow have it; empty if not a norm's.
std::string tensorflow_name(const std::string& name) {
  for (const auto& [today, old] :
       {std::pair{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}})
    if (name.ends_with(today)) return name.substr(0, name.size() - std::string_view(today).size()).append(old);
  return {};
}

}  // namespace

std::vector<std::string> tensor_names(Family family, Param param, std::int64_t layer) {
  std::string name(pattern_of(family, param));
  if (name.empty()) return {};
  if (const auto mark = name.find('#'); mark != std::string::npos) name.replace(mark, 1, std::to_string(layer));
  std::vector<std::string> names = {name, concat("bert.", name)};
  if (const std::string old = tensorflow_name(name); !old.empty()) {
    names.push_back(old);
    names.push_back(concat("bert.", old));
  }
  return names;
}

}  // namespace sememe
