#pragma once

#include <filesystem>
#include <string_view>

#include "model/pipeline.h"
#include "model/weights.h"
#include "sememe/encoder.h"

namespace sememe {

/// What Encoder::info() says, but for the limit on tokens and the threads, which the encoder decides.
EncoderInfo describe(std::string_view name, const std::filesystem::path& folder, const PipelineConfig& pipeline,
                     const EncoderWeights& weights);

}  // namespace sememe
