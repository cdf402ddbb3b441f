#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tokenizer_train/word_counter.h"

namespace sememe {

struct ScoredPiece {
  std::string text;
  double score = 0;
};

/// Pieces to begin a unigram model with: every character, by falling count, then the substrings of words that occur
/// more than once and cannot be made longer at their end without occurring less, by falling occurrences * length.
/// Scores are log probabilities.
///
/// Memory  20 bytes a character of distinct words; of more than 2^28 characters the rarest words are left out.
/// Source  SentencePiece, unigram_model_trainer.cc, MakeSeedSentencePieces, which sees the running text instead.
std::vector<ScoredPiece> seed_pieces(std::span<const CountedWord> words, std::int64_t seed_size,
                                     std::int64_t max_piece_length);

}  // namespace sememe
