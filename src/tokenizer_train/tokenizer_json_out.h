#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/json.h"
#include "sememe/tokenizer_trainer.h"
#include "tokenizer_train/bpe_trainer.h"

namespace sememe {

/// Everything that a tokenizer.json is written from.
struct TokenizerParts {
  TokenizerType type;
  Json normalizer, pre_tokenizer;  ///< null: none
  std::optional<Json> decoder;     ///< absent: the one that undoes the others
  std::vector<std::string> special_tokens;
  std::optional<std::string> unk_token;
  std::string continuing_subword_prefix, end_of_word_suffix;

  std::vector<std::pair<std::string, std::int32_t>> vocabulary;  ///< ascending ids; not for Unigram
  std::vector<std::pair<std::int32_t, std::int32_t>> merges;     ///< of BPE
  std::vector<std::pair<std::string, double>> pieces;            ///< of Unigram
};

/// A tokenizer.json (version "1.0") with all members that Hugging Face tokenizers writes. The post-processor is BERT's
/// template if [CLS] and [SEP] are special tokens, ByteLevel's with a ByteLevel pre-tokenizer.
std::string write_tokenizer_json(const TokenizerParts& parts);

}  // namespace sememe
