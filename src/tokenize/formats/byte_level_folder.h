#pragma once

#include <filesystem>

#include "tokenize/pipeline.h"

namespace sememe {

/// The tokenizer of a vocab.json with a merges.txt beside it, and the settings of the files in their folder: what
/// transformers makes of it for the class that tokenizer_config.json (or config.json) names: GPT-2, RoBERTa, BART,
/// Longformer, CLIP, Whisper, Qwen2; GPT-2 if none is named.
/// Source  transformers 4.57, convert_slow_tokenizer.py and the classes themselves.
/// Errors  kCorrupt: of the files; kUnsupported: names the class.
Pipeline read_byte_level_folder(const std::filesystem::path& folder);

}  // namespace sememe
