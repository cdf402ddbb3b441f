#pragma once

#include <filesystem>
#include <optional>

#include "tokenize/pipeline.h"

namespace sememe {

/// The SentencePiece model of a folder, under one of the names that transformers gives it; nullopt if there is none.
std::optional<std::filesystem::path> find_sentencepiece_model(const std::filesystem::path& folder);

/// The tokenizer of a folder that has a SentencePiece model and no tokenizer.json: what transformers makes of it when
/// it converts the class that tokenizer_config.json (or config.json) names into a fast tokenizer. Source
/// transformers 4.57, convert_slow_tokenizer.py and PreTrainedTokenizerFast. Errors  kUnsupported: no class is named,
/// or one that is not known here (names it); kCorrupt: as of the files.
Pipeline read_sentencepiece_folder(const std::filesystem::path& folder, const std::filesystem::path& model);

}  // namespace sememe
