#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sememe/trainer.h"
#include "train/encoder_graph.h"

namespace sememe::train {

/// Copies what makes a model but its weights from one folder to another: configuration, tokenizer, modules.
/// Errors   kIo.
void copy_model_files(const std::filesystem::path& from, const std::filesystem::path& to);

/// modules.json and what it names for a transformer with pooling, scaled to length 1 if asked for: what a plain
/// transformers folder lacks. Errors   kIo.
void write_modules(const PipelineConfig& pipeline, bool normalize, const std::filesystem::path& folder);

/// Whether a parameter is no part of the model: of a loss ("loss/"), or of an adapter, which is merged.
bool is_left_behind(std::string_view name);

/// Writes the parameters of the transformer to `folder`/model.safetensors and those of each module after it to its own
/// folder, as float32.
void save_weights(const ParameterSet<float>& parameters, const std::filesystem::path& folder,
                  const std::filesystem::path& transformer_folder);

/// README.md of a trained model: what it is made of, its scores, how to use it.
struct ModelCard {
  struct DataSet {
    std::string file, loss, license;
    std::int64_t rows = 0;
  };
  std::string name, base, recipe;  ///< recipe: the options as JSON
  std::vector<DataSet> data;
  std::vector<EvalResult> before, after;  ///< of the same tasks
  std::int64_t dimensions = 0, max_tokens = 0, parameters = 0, steps = 0;
};
void write_model_card(const ModelCard& card, const std::filesystem::path& file);

}  // namespace sememe::train
