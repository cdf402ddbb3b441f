#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/encoder_config.h"

namespace sememe {

/// A parameter of the encoder, whatever a family calls it.
enum class Param {
  kWords,
  kPositions,
  kTypes,
  kEmbeddingNormGamma,
  kEmbeddingNormBeta,
  kFinalNormGamma,
  kFinalNormBeta,
  // of one layer
  kQueryWeight,
  kQueryBias,
  kKeyWeight,
  kKeyBias,
  kValueWeight,
  kValueBias,
  kAttentionOutWeight,
  kAttentionOutBias,
  kAttentionNormGamma,
  kAttentionNormBeta,
  kUpWeight,
  kUpBias,
  kDownWeight,
  kDownBias,
  kOutputNormGamma,
  kOutputNormBeta,
};

/// Names under which files hold `param` of `layer`, most common first: with and without the prefix of a full model
/// ("bert."), with today's and the oldest names of LayerNorm's parameters (gamma, beta).
/// Empty if the family has no such parameter.
std::vector<std::string> tensor_names(Family family, Param param, std::int64_t layer = 0);

}  // namespace sememe
