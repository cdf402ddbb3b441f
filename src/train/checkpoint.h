#pragma once

#include <filesystem>
#include <string>

#include "train/optimizer.h"
#include "train/parameters.h"

namespace sememe::train {

/// Where a training stands, beside its parameters and moments. Random numbers are functions of the seed and of counts,
/// and the data's place is the number of batches: so these few numbers are all.
struct Progress {
  std::int64_t step = 0;
  std::int64_t best_step = 0;  ///< 0: nothing was kept yet
  double best_value = 0;
  double first_loss = 0;
};

/// Writes parameters, moments and place as one safetensors file. `recipe`: what load_checkpoint() must agree with.
void save_checkpoint(const std::filesystem::path& path, const ParameterSet<float>& parameters, Optimizer& optimizer,
                     const Progress& progress, const std::string& recipe);
/// Errors   kInvalidArgument: a checkpoint of another recipe; kCorrupt: other tensors than `parameters` has.
Progress load_checkpoint(const std::filesystem::path& path, ParameterSet<float>& parameters, Optimizer& optimizer,
                         const std::string& recipe);

/// Parameters alone.
void save_parameters(const std::filesystem::path& path, const ParameterSet<float>& parameters);
void load_parameters(const std::filesystem::path& path, ParameterSet<float>& parameters);

}  // namespace sememe::train
