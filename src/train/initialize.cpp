#include "train/initialize.h"

#include <cmath>

#include "base/rng.h"
#include "model/tensor_names.h"

namespace sememe::train {

template <class T>
ParameterSet<T> initial_parameters(const PipelineConfig& pipeline, std::uint64_t seed, double deviation) {
  const EncoderConfig& c = pipeline.encoder;
  ParameterSet<T> all;
  std::uint64_t stream = 0;
  const auto fill = [&](Parameter<T>& p, bool norm_gain, double uniform) {
    const CounterRng random(seed, stream++);
    for (std::int64_t i = 0; i < p.value.size(); ++i) {
      const auto at = static_cast<std::uint64_t>(i);
      if (norm_gain)
        p.value[i] = T(1);
      else if (uniform > 0)
        p.value[i] = T((2.0 * static_cast<double>(random.uniform(at)) - 1) * uniform);
      else if (p.shape.size() > 1)
        p.value[i] = T(static_cast<double>(random.normal(at)) * deviation);
    }
  };
  std::int64_t layer = 0;
  const auto make = [&](Param param, std::vector<std::int64_t> shape, bool gain = false) {
    const auto names = tensor_names(c.family, param, layer);
    if (!names.empty()) fill(all.add(names.front(), std::move(shape)), gain, 0);
  };
  const std::int64_t d = c.hidden_size, f = c.intermediate_size;
  make(Param::kWords, {c.vocab_size, d});
  make(Param::kPositions, {c.max_positions, d});
  if (c.type_vocab_size > 0) make(Param::kTypes, {c.type_vocab_size, d});
  if (c.embedding_norm) make(Param::kEmbeddingNormGamma, {d}, true), make(Param::kEmbeddingNormBeta, {d});
  for (; layer < c.layers; ++layer) {
    make(Param::kQueryWeight, {d, d}), make(Param::kQueryBias, {d});
    make(Param::kKeyWeight, {d, d}), make(Param::kKeyBias, {d});
    make(Param::kValueWeight, {d, d}), make(Param::kValueBias, {d});
    make(Param::kAttentionOutWeight, {d, d}), make(Param::kAttentionOutBias, {d});
    make(Param::kAttentionNormGamma, {d}, true), make(Param::kAttentionNormBeta, {d});
    make(Param::kUpWeight, {f, d}), make(Param::kUpBias, {f});
    make(Param::kDownWeight, {d, f}), make(Param::kDownBias, {d});
    make(Param::kOutputNormGamma, {d}, true), make(Param::kOutputNormBeta, {d});
  }
  if (c.norm == NormPlacement::kPre) make(Param::kFinalNormGamma, {d}, true), make(Param::kFinalNormBeta, {d});
  for (const PipelineConfig::Step& step : pipeline.steps) {
    const std::string folder = step.folder.filename().string();
    const double bound = 1 / std::sqrt(static_cast<double>(step.in));
    if (step.kind == PipelineConfig::Step::Kind::kDense) {
      fill(all.add(folder + "/linear.weight", {step.out, step.in}), false, bound);
      if (step.bias) fill(all.add(folder + "/linear.bias", {step.out}), false, bound);
    } else if (step.kind == PipelineConfig::Step::Kind::kLayerNorm) {
      fill(all.add(folder + "/norm.weight", {step.out}), true, 0);
      fill(all.add(folder + "/norm.bias", {step.out}), false, 0);
    }
  }
  return all;
}

template ParameterSet<float> initial_parameters<float>(const PipelineConfig&, std::uint64_t, double);
template ParameterSet<double> initial_parameters<double>(const PipelineConfig&, std::uint64_t, double);

}  // namespace sememe::train
