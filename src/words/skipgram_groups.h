#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "words/block_queue.h"
#include "words/input_rows.h"
#include "words/local_rows.h"
#include "words/noise.h"
#include "words/output_layer.h"
#include "words/windows.h"

namespace sememe {

/// Skip-gram with negative sampling of words that are one row each, a block of the corpus at a time, by groups of words
/// and of output rows.
///
/// Words are dealt into groups by lot, anew for each block, as inputs and as outputs, and the noise of a pair is drawn
/// from the group of its target. So a group of inputs and one of outputs meet in pairs that touch nothing else. In each
/// of as many rounds as there are groups, every group of inputs meets another group of outputs; threads share these
/// meetings, in which pairs are trained one after another. So the result depends on no thread, and is that of plain
/// descent, pair by pair, in another order: nothing is averaged, copied or out of date.
///
/// The noise of a block is drawn from some of its words, themselves drawn for the block, so that few rows are touched.
/// Source  Gemulla et al. 2011, "Large-scale matrix factorization with distributed stochastic gradient descent".
/// Memory  the pairs of a block, at most 32 MiB, up to twice that where reaches are long.
class SkipGramGroups {
 public:
  /// `rule`: without a tree, whose ways lead to nodes that all words share. Input row i is word i.
  SkipGramGroups(const OutputRule& rule, const Windows& windows, std::uint64_t seed, SharedRows& shared,
                 ThreadPool& pool);

  std::int64_t round() const { return 1; }
  /// Trains on the first of the blocks; before it, `steps` were trained.
  void train(const BlockQueue& blocks, std::int64_t count, double lr, std::int64_t steps);

  /// What a word counts for, so that a block within its limits fits.
  std::int64_t word_weight() const { return windows_.mean_pairs(); }
  static BlockLimits limits() { return {.weight = kMostBytes / static_cast<std::int64_t>(2 * sizeof(Pair))}; }

 private:
  static constexpr std::int64_t kMostBytes = std::int64_t{32} << 20;
  struct Pair {
    std::int32_t word, target;
  };
  void add_pairs(std::span<const std::int32_t> ids, RandomStream& random);
  void draw_noise(RandomStream& random);
  void sort_pairs();
  void train_meeting(std::int64_t inputs, std::int64_t outputs, float lr, OutputLayer& layer);
  std::int64_t group_of(std::int32_t word, std::uint32_t lot) const {
    return part_of(static_cast<std::uint32_t>(word) ^ lot, static_cast<std::uint32_t>(groups_));
  }
  std::size_t meeting(std::int64_t inputs, std::int64_t outputs) const {
    return static_cast<std::size_t>(inputs * groups_ + outputs);
  }
  std::size_t meeting_of(const Pair& pair) const {
    return meeting(group_of(pair.word, input_lot_), group_of(pair.target, output_lot_));
  }

  OutputRule rule_;
  Windows windows_;
  std::uint64_t seed_;
  SharedRows& shared_;
  ThreadPool& pool_;
  std::int64_t groups_;
  const KernelTable& table_ = kernels();

  std::uint32_t input_lot_ = 0, output_lot_ = 0;  // of the block
  std::vector<Pair> pairs_, sorted_;              // in the order of the corpus; by meetings
  std::vector<std::size_t> begins_;               // of each meeting in sorted_
  std::vector<std::vector<std::int32_t>> noise_;  // of the block, in each group of outputs
  std::uint64_t noise_seed_ = 0;
  std::vector<OutputLayer> layers_;  // of each worker
};

}  // namespace sememe
