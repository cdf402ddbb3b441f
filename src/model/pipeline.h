#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/encoder_config.h"
#include "nn/activation.h"
#include "nn/pooling.h"

namespace sememe {

/// What a model folder says about the way from token vectors to one vector, read and checked, weights not yet loaded.
/// Source   modules.json, sentence_bert_config.json, config_sentence_transformers.json and the folders of the modules,
/// as
///          sentence-transformers 2 to 6 write them.
struct PipelineConfig {
  /// A module after pooling.
  struct Step {
    enum class Kind { kDense, kLayerNorm, kNormalize } kind = Kind::kNormalize;
    std::filesystem::path folder;  ///< kDense and kLayerNorm: where the weights are
    std::int64_t in = 0, out = 0;
    bool bias = true;
    Activation activation = Activation::kIdentity;
  };

  EncoderConfig encoder;
  std::filesystem::path transformer_folder;  ///< holds config.json, weights and tokenizer
  std::vector<PoolingMode> pooling;          ///< at least one; several are concatenated in this order
  bool include_prompt = true;                ///< false: tokens of the prompt are not pooled
  std::vector<Step> steps;

  std::optional<std::int64_t> max_seq_length;  ///< of sentence_bert_config.json
  bool lowercase_first = false;                ///< do_lower_case of sentence_bert_config.json
  std::map<std::string, std::string> prompts;
  std::optional<std::string> default_prompt_name;
  std::string similarity = "cosine";

  std::int64_t dimensions() const;  ///< of the final vector
  bool normalizes() const;          ///< the last step is kNormalize
};

/// Reads the configuration of `folder`. `pooling` ("mean", "cls+mean") overrides what the folder says and is needed
/// when it says nothing.
/// Errors   kNotFound: no config.json, or a file that modules.json names; kCorrupt; kUnsupported: an unknown module,
///          architecture or activation (named); kInvalidArgument: pooling is not known and not given, or misspelt.
PipelineConfig read_pipeline(const std::filesystem::path& folder, const std::optional<std::string>& pooling);

/// The same for callers that need layers. Errors   as above; kUnsupported: a static model.
PipelineConfig read_transformer_pipeline(const std::filesystem::path& folder,
                                         const std::optional<std::string>& pooling);

/// A module of sentence-transformers, "Pooling", and its folder in the model's.
struct ModulePlace {
  std::string_view type, path;
};
/// modules.json of a model with these modules.
std::string modules_json(std::initializer_list<ModulePlace> modules);

/// "mean", "cls+max": for people.
std::string pooling_text(const std::vector<PoolingMode>& modes);

}  // namespace sememe
