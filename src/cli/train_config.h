#pragma once

#include <filesystem>

#include "io/json.h"
#include "sememe/trainer.h"

namespace sememe::cli {

/// The options that a config file of `sememe train` gives; docs/training.md lists its keys. Relative paths are taken
/// from the file's folder.
/// Errors   kInvalidArgument: a key that is not known (with the nearest), a value of another kind; kCorrupt: not JSON.
TrainOptions read_train_config(const std::filesystem::path& path);

}  // namespace sememe::cli
