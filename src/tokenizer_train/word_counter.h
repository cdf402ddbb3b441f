#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "tokenize/normalizers/normalizer.h"
#include "tokenize/pre_tokenizers/pre_tokenizer.h"
#include "tokenizer_train/seam_cuts.h"
#include "tokenizer_train/word_counts.h"

namespace sememe {

struct CountedWord {
  std::string_view text;
  std::int64_t count;
};

/// Counts the words of a corpus: the pieces that a normalizer and a pre-tokenizer make of each text.
///
/// Where the two steps treat the sides of a seam apart, what is counted first are the chunks between seams, and each
/// distinct chunk goes through the steps once: that is what makes it fast. Counts are the same either way.
///
/// Memory  O(distinct words). After every epoch of 64 MiB of text, while there are more than `max_words` of them, those
///         seen at most t times so far are forgotten; t is 1 the first time and grows by one with each round (as
///         word2vec's ReduceVocab).
/// Threads the result does not depend on the size of the pool, nor on how add() was called.
class WordCounter {
 public:
  /// Both steps may be null; they and the pool must outlive the counter.
  WordCounter(const Normalizer* normalizer, const PreTokenizer* pre_tokenizer, ThreadPool& pool, std::int64_t max_words,
              std::int64_t epoch_bytes = kEpochBytes);

  /// Precondition: each text is UTF-8 and shorter than 2 GiB.
  void add(std::span<const std::string_view> texts);

  /// All words, most frequent first. They live as long as the counter.
  std::vector<CountedWord> finish();

  /// Distinct words that were forgotten (counted again each time they come back), and their occurrences.
  std::int64_t dropped_words() const { return dropped_words_; }
  std::int64_t dropped_occurrences() const { return dropped_occurrences_; }

  static constexpr std::int64_t kEpochBytes = std::int64_t{64} << 20;

 private:
  static constexpr std::size_t kShards = 64;
  using Shards = std::vector<WordCounts>;

  /// What one thread counts between two flushes.
  struct Local {
    std::array<WordCounts, kChunkPlaces> chunks;
    Shards words{kShards};
    NormalizedString text;
    std::vector<Piece> pieces;
    std::string padded;
  };

  void count(std::span<const std::string_view> texts);
  void count_text(std::string_view text, Local& local) const;
  void count_chunk(std::string_view chunk, ChunkPlace place, std::int64_t times, Local& local) const;
  /// The pieces of `text` within bytes [begin, end) of it.
  void run_steps(std::string_view text, std::int32_t begin, std::int32_t end, std::int64_t times, Local& local) const;
  void flush();
  void prune();

  const Normalizer* normalizer_;
  const PreTokenizer* pre_tokenizer_;
  ThreadPool& pool_;
  std::int64_t max_words_, epoch_bytes_;
  bool cuts_;  // chunks between seams go through the steps one by one
  std::vector<Local> locals_;
  Shards words_{kShards};
  std::int64_t bytes_ = 0, threshold_ = 1, dropped_words_ = 0, dropped_occurrences_ = 0;
};

}  // namespace sememe
