#pragma once

#include <filesystem>
#include <optional>

#include "tokenize/pipeline.h"

namespace sememe {

/// The settings of a word-level tokenizer of sentence-transformers in a folder, or nullopt.
std::optional<std::filesystem::path> find_word_level_config(const std::filesystem::path& folder);

/// The tokenizer of a whitespacetokenizer_config.json: words between whitespace, without stop words.
/// Errors  kCorrupt: of the file; kUnsupported: a phrasetokenizer_config.json, whose words are NLTK's.
/// Source  sentence-transformers, modules/tokenizer.
Pipeline read_word_level_config(const std::filesystem::path& path);

}  // namespace sememe
