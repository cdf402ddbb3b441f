#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "tokenizer_train/word_counter.h"

namespace sememe {

struct BpeTrainerOptions {
  std::int64_t vocab_size = 30000;
  std::int64_t min_frequency = 0;
  std::vector<std::string> special_tokens;
  std::int64_t limit_alphabet = std::numeric_limits<std::int64_t>::max();
  std::vector<char32_t> initial_alphabet;
  std::string continuing_subword_prefix, end_of_word_suffix;
  std::int64_t max_token_length = std::numeric_limits<std::int64_t>::max();
};

struct BpeVocabulary {
  std::vector<std::string> tokens;                            ///< by id
  std::vector<std::pair<std::int32_t, std::int32_t>> merges;  ///< by rank
};

/// Called now and then with what is done and what is to do; may throw to stop.
using TrainingProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Byte-pair encoding: special tokens, then the alphabet by code point, then the most frequent pair of neighbours
/// merged again and again.
///
/// Values  the tokens, ids and merges of Hugging Face tokenizers' BpeTrainer, its quirks included: a token that two
///         merges make has two candidates for each further pair, each with words of its own; tokens of
///         max_token_length characters are not made (but for pairs of the alphabet). Where that trainer depends on the
///         order of a hash table: characters with prefix or suffix get their ids by code point, and of equally frequent
///         characters limit_alphabet keeps those of the greater code points.
/// Threads the same for any pool.
/// Cost    O(n log n) in the characters of distinct words.
/// Source  Sennrich, Haddow & Birch 2016, section 3.2; tokenizers 0.23, models/bpe/trainer.rs.
BpeVocabulary train_bpe(std::span<const CountedWord> words, const BpeTrainerOptions& options, ThreadPool& pool,
                        const TrainingProgress& progress);

}  // namespace sememe
