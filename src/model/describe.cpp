#include "model/describe.h"

#include <sstream>
#include <string>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "kernels/kernels.h"

namespace sememe {
namespace {

/// "license" of the front matter of a model card (README.md); empty if it does not say.
std::string licence_of(const std::filesystem::path& folder) {
  constexpr std::int64_t kMostBytes = 1 << 22;
  if (!file_exists(folder / "README.md")) return {};
  std::istringstream card(read_file(folder / "README.md", kMostBytes));
  std::string line;
  if (!std::getline(card, line) || !line.starts_with("---")) return {};
  for (int i = 0; i < 200 && std::getline(card, line) && !line.starts_with("---"); ++i) {
    constexpr std::string_view kKey = "license:";
    if (!line.starts_with(kKey)) continue;
    const auto begin = line.find_first_not_of(" \t\"'", kKey.size());
    const auto end = line.find_last_not_of(" \t\r\"'");
    if (begin != std::string::npos && end >= begin && end - begin < 100) return line.substr(begin, end - begin + 1);
  }
  return {};
}

std::string step_text(const PipelineConfig::Step& step) {
  switch (step.kind) {
    case PipelineConfig::Step::Kind::kDense:
      return concat("Dense(", step.in, " -> ", step.out, ", ", activation_name(step.activation),
                    step.bias ? ")" : ", no bias)");
    case PipelineConfig::Step::Kind::kLayerNorm:
      return concat("LayerNorm(", step.out, ")");
    case PipelineConfig::Step::Kind::kNormalize:
      break;
  }
  return "Normalize";
}

}  // namespace

EncoderInfo describe(std::string_view name, const std::filesystem::path& folder, const PipelineConfig& pipeline,
                     const EncoderWeights& weights) {
  const EncoderConfig& c = pipeline.encoder;
  EncoderInfo info;
  info.name = name;
  info.folder = folder.string();
  info.architecture = c.model_type;
  info.licence = licence_of(folder);
  info.hidden_size = c.hidden_size;
  info.layers = c.layers;
  info.heads = c.heads;
  info.intermediate_size = c.intermediate_size;
  info.vocab_size = c.vocab_size;
  info.max_positions = c.max_positions;
  info.dimensions = pipeline.dimensions();
  info.parameters = weights.parameters;
  info.weight_bytes = weights.store.file_bytes();
  info.activation = c.activation_name;
  info.weight_dtype = weights.dtype;
  info.norm_placement = c.norm == NormPlacement::kPost ? "post" : "pre";
  if (c.family == Family::kStatic)
    info.modules = {concat("StaticEmbedding(", c.vocab_size, " tokens, ", c.hidden_size,
                           c.leaves_out_unknown ? ", without unknown tokens)" : ")")};
  else
    info.modules = {
        concat("Transformer(", c.model_type, ", ", c.layers, " layers, ", c.hidden_size, ")"),
        concat("Pooling(", pooling_text(pipeline.pooling), pipeline.include_prompt ? ")" : ", without the prompt)")};
  for (const PipelineConfig::Step& step : pipeline.steps) info.modules.push_back(step_text(step));
  info.prompts.assign(pipeline.prompts.begin(), pipeline.prompts.end());
  info.default_prompt_name = pipeline.default_prompt_name;
  info.include_prompt = pipeline.include_prompt;
  info.normalizes = pipeline.normalizes();
  info.similarity = pipeline.similarity;
  info.isa = kernels().name;
  return info;
}

}  // namespace sememe
