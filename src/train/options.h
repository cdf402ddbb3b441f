#pragma once

#include <string>

#include "model/pipeline.h"
#include "sememe/trainer.h"
#include "train/losses.h"
#include "train/optimizer.h"
#include "train/parameters.h"

namespace sememe::train {

/// Checks every option that can be checked without the data. Errors  kInvalidArgument, naming the option.
void check_options(const TrainOptions& options);

/// The loss that the options name. Errors  kInvalidArgument: an unknown name or distance (lists them).
LossSpec loss_of(const LossOptions& options);

OptimizerOptions optimizer_options(const TrainOptions& options, std::int64_t steps);

/// All options but the threads as pretty JSON: the recipe in a model card, and what a checkpoint must agree with.
std::string options_json(const TrainOptions& options);

/// The options of the stage before the training proper. Requires options.pretrain.
TrainOptions pretraining(const TrainOptions& options);

/// Freezes parameters and sets the factors of their learning rates as the options say.
/// Errors   kInvalidArgument: a name to freeze that no parameter has.
void apply_rates(const TrainOptions& options, const EncoderConfig& config, ParameterSet<float>& parameters);

}  // namespace sememe::train
