#pragma once

#include <filesystem>

#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/pipeline.h"

namespace sememe {

/// BERT's tokenizer from a vocab.txt, one token a line, with the settings of the files beside it.
/// Errors  kCorrupt: not UTF-8, or the unknown, first or last token is not in it.
Pipeline read_bert_vocab(const std::filesystem::path& path, const TokenizerConfig& config);

}  // namespace sememe
