#pragma once

#include <filesystem>

#include "tokenize/pipeline.h"

namespace sememe {

/// The tokenizer of a folder or file; see Tokenizer::load.
Pipeline load_pipeline(const std::filesystem::path& path, const TokenizerOptions& options);

}  // namespace sememe
