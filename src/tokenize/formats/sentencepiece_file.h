#pragma once

#include <filesystem>

#include "tokenize/pipeline.h"

namespace sememe {

/// The tokenizer of a SentencePiece .model file, as SentencePiece's own library has it: no special tokens are added,
/// and none is found in a text. Errors  kCorrupt, kUnsupported: name the file and what is wrong in it.
Pipeline read_sentencepiece_file(const std::filesystem::path& path);

}  // namespace sememe
