#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sememe/trainer.h"
#include "train/examples.h"

namespace sememe::train {

/// Writes a model with random weights to `folder`, with a WordPiece tokenizer trained on the texts of `sources`.
/// Source   BertModel's configuration and initial values.
void write_scratch_model(const ScratchOptions& options, const std::vector<ExampleSource>& sources, std::uint64_t seed,
                         int threads, const std::filesystem::path& folder);

/// Writes to `folder` the model of `from` (a plain transformers folder: with its pooling) with some of its layers, and
/// the pieces of its vocabulary that the texts of `sources` use most (all single characters of one byte and special
/// tokens are kept). Errors   kInvalidArgument: a layer that is not there; kUnsupported: a vocabulary to be cut that is
/// not WordPiece's.
void write_student_model(const StudentOptions& options, const std::filesystem::path& from,
                         const std::optional<std::string>& pooling, const std::vector<ExampleSource>& sources,
                         int threads, const std::filesystem::path& folder);

}  // namespace sememe::train
