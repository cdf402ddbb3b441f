#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer_train/word_counter.h"

namespace sememe {

/// A token for each word: special tokens, then words by falling count, equally frequent ones by their bytes; as many as
/// vocab_size allows. Of a token that is there twice the last place counts, so that ids may have a hole.
/// Source  tokenizers 0.23, models/wordlevel/trainer.rs.
std::vector<std::pair<std::string, std::int32_t>> train_word_level(std::span<const CountedWord> words,
                                                                   const std::vector<std::string>& special_tokens,
                                                                   std::int64_t vocab_size, std::int64_t min_frequency);

}  // namespace sememe
