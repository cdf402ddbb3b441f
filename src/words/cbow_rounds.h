#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "words/block_queue.h"
#include "words/input_rows.h"
#include "words/local_rows.h"
#include "words/noise.h"
#include "words/output_layer.h"
#include "words/windows.h"

namespace sememe {

/// CBOW of words that are made of many rows, a block of the corpus at a time.
///
/// First, the rows of each word that occurs are summed. Then one thread goes through the block, place by place, as
/// plain descent does: the mean of the sums around a word tells it, and output rows and those sums move at once. Then
/// each row takes the changes of the words that it is part of. Nearly all time goes to rows, which threads share, word
/// by word and then row by row; so the result depends on no thread, and a block reads each row of a word once, however
/// often the word stands in it. What one word makes of another, by an n-gram of both, comes with the next block.
class CbowRounds {
 public:
  CbowRounds(const InputRows& words, const OutputRule& rule, const Windows& windows, std::uint64_t seed,
             SharedRows& shared, ThreadPool& pool);

  std::int64_t round() const { return 1; }
  /// Trains on the first of the blocks; before it, `steps` were trained.
  void train(const BlockQueue& blocks, std::int64_t count, double lr, std::int64_t steps);

  BlockLimits limits() const { return limits_of_turns(words_.vocabulary()); }

 private:
  struct Place {
    std::int32_t word;
    std::size_t end;  ///< of the words around it, in around_
  };
  void add_places(std::span<const std::int32_t> ids, RandomStream& random);
  void sum_rows(std::int64_t number);
  void move(std::int32_t word, std::span<const std::int32_t> around, float lr, RandomStream& random);
  void take_changes();
  float* sum(std::int64_t number) { return sums_.data() + 2 * number * shared_.stride; }
  float* start(std::int64_t number) { return sum(number) + shared_.stride; }

  OutputRule rule_;
  Windows windows_;
  std::uint64_t seed_;
  SharedRows& shared_;
  ThreadPool& pool_;
  const KernelTable& table_ = kernels();
  OutputLayer output_;

  BlockWords words_;                  // that stand around others
  std::vector<Place> places_;         // in the order of the corpus
  std::vector<std::int32_t> around_;  // the numbers of words
  Buffer<float> sums_;                // of each word: the sum of its rows, and what that was at the start
  Buffer<float> mean_;
};

}  // namespace sememe
