#pragma once

#include <cstdint>
#include <span>
#include <utility>
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

/// Skip-gram of words that are made of many rows, a block of the corpus at a time, by turns of inputs and outputs.
///
/// First, each word that occurs goes through the words around all its occurrences, one after another, while output rows
/// stay as they are: its own vector moves, and each place where it stood is kept. Then each output row goes through the
/// places that it was held against, one after another, and each input row takes the changes of the words that it is
/// part of. So words, and then rows, are independent: threads share them, and the result depends on no thread. Nothing
/// is averaged or copied, and what is trained often in a block goes on from where it came to, as it does when words are
/// trained one by one.
///
/// Most of people's judgements agree better with what comes of it than with plain descent's (docs/benchmarks.md), as
/// vectors share less: inputs do not follow outputs that have just moved towards other inputs. Where words are one row
/// each, a rate that falls late gains more (SkipGramGroups).
///
/// The noise of a block is drawn from some of its words, themselves drawn for the block, so that few rows are touched.
/// Memory  places and what they are held against: 32 MiB, up to twice that where reaches are long.
class SkipGramRounds {
 public:
  SkipGramRounds(const InputRows& words, const OutputRule& rule, const Windows& windows, std::uint64_t seed,
                 SharedRows& shared, ThreadPool& pool);

  std::int64_t round() const { return 1; }
  /// Trains on the first of the blocks; before it, `steps` were trained.
  void train(const BlockQueue& blocks, std::int64_t count, double lr, std::int64_t steps);

  /// What a word counts for, so that a block within its limits fits.
  std::int64_t word_weight() const { return windows_.mean_pairs(); }
  BlockLimits limits() const;

 private:
  struct Pair {
    std::int32_t word, target;  ///< `word`: in words_
  };
  /// One comparison of a place with an output row.
  struct Step {
    std::int32_t row, place;  ///< row -1: none
    float label, gradient;
  };
  void add_pairs(std::span<const std::int32_t> ids, RandomStream& random);
  void sort_pairs();
  void move_word(std::size_t word, float lr);
  void draw_steps(std::size_t pair, std::int32_t place, RandomStream& random);
  void move_rows(std::int64_t owner, std::int64_t owners, std::vector<std::int32_t>& own, float lr);
  float gradient(const Step& step, float lr) const {
    return lr * (step.label - sigmoid_(table_.dot(place(step.place), output(step.row), shared_.stride)));
  }
  const float* place(std::int64_t i) const { return places_.data() + i * shared_.stride; }
  float* place(std::int64_t i) { return places_.data() + i * shared_.stride; }
  const float* output(std::int64_t i) const { return std::as_const(shared_).row(shared_.first_output + i); }

  OutputRule rule_;
  Windows windows_;
  std::uint64_t seed_;
  SharedRows& shared_;
  ThreadPool& pool_;
  const KernelTable& table_ = kernels();
  Sigmoid sigmoid_;

  BlockWords words_;
  std::vector<Pair> pairs_;               // in the order of the corpus
  std::vector<std::size_t> begins_;       // of each word of words_ in targets_
  std::vector<std::int32_t> targets_;     // of the pairs, those of one word together
  std::vector<std::size_t> step_begins_;  // of each pair in steps_
  std::vector<Step> steps_;
  Buffer<float> places_;             // of each word, before each of its pairs; then how far it came
  std::vector<std::int32_t> noise_;  // of the block
  std::uint64_t noise_seed_ = 0;
  std::vector<std::int32_t> last_change_;  // of each output row: the block
  std::int32_t block_ = 0;
  std::vector<std::vector<std::int32_t>> own_;  // steps, of each worker
};

}  // namespace sememe
