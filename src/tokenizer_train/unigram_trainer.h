#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "tokenizer_train/bpe_trainer.h"

namespace sememe {

struct UnigramTrainerOptions {
  std::int64_t vocab_size = 8000;
  std::vector<std::string> special_tokens;
  std::string unk_token;  ///< "": none
  std::vector<char32_t> initial_alphabet;
  double shrinking_factor = 0.75;
  std::int64_t n_sub_iterations = 2;
  std::int64_t seed_size = 1'000'000;
  std::int64_t max_piece_length = 16;
};

/// A unigram language model over pieces of words: the most promising substrings, their probabilities by expectation
/// maximisation, and in rounds those dropped that cost the corpus least.
///
/// Values  pieces by id with their log probabilities: special tokens (0; the unknown token first if it is not one of
///         them), then every character of the corpus and the best pieces, likeliest first.
/// Errors  kInvalidArgument: vocab_size cannot hold the special tokens and the alphabet.
/// Threads the same for any pool: expected counts are summed as integers.
/// Source  Kudo 2018, section 3.2; SentencePiece, unigram_model_trainer.cc.
std::vector<std::pair<std::string, double>> train_unigram(std::span<const CountedWord> words,
                                                          const UnigramTrainerOptions& options, ThreadPool& pool,
                                                          const TrainingProgress& progress);

}  // namespace sememe
