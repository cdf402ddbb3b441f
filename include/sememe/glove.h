#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "sememe/word2vec.h"
#include "sememe/words.h"

namespace sememe {

/// What becomes of the two vectors that GloVe learns for each word.
enum class GloveVectors { kSum, kWord, kContext };

struct GloveOptions {
  std::int64_t dim = 100;
  std::int64_t window = 10;  ///< words to each side, those farther away counting less: 1 / distance
  std::int64_t min_count = 5;
  double x_max = 10;    ///< pairs that occur more often weigh no more
  double alpha = 0.75;  ///< weight of a rarer pair: (count / x_max)^alpha
  std::int64_t epochs = 15;
  double lr = 0.05;  ///< before AdaGrad
  GloveVectors vectors = GloveVectors::kSum;
  std::int64_t memory = std::int64_t{4} << 30;  ///< bytes for the counts of pairs; what is beyond goes to the disk
  std::uint64_t seed = 1;
  int threads = 0;
  WordCheckpoints checkpoints;  ///< pairs are counted again when a training goes on
};

struct GloveReport {
  std::int64_t words = 0;  ///< of the corpus
  std::int64_t pairs = 0;  ///< different ones that occur within a window, (a, b) and (b, a) each
  double loss = 0;         ///< mean weighted squared error of the last epoch
};

/// Trains word vectors on how often words occur near each other. A line of the corpus is a sentence; words that are too
/// rare are left out before windows are laid.
///
/// Values   the same bytes for any number of threads and any `memory`: pairs are counted in whole numbers (1 / distance
///          in steps of 2^-30), and learnt in a grid of which only cells that share no word go at the same time.
/// Stages   of `progress`: "counting" (bytes), "pairs" (words), "training" (pairs).
/// Errors   kInvalidArgument: an option out of range, numbers that left the range of a float; those of train_word2vec;
///          kIo: no room for temporary files, which lie nameless in $TMPDIR.
/// Memory   four vectors a word, `memory`, the vocabulary; at least 64 MiB for the counts.
/// Source   Pennington et al. 2014, "GloVe: global vectors for word representation", and its program (1.2); cells:
///          Gemulla et al. 2011, "Large-scale matrix factorization with distributed stochastic gradient descent".
WordVectors train_glove(std::span<const std::filesystem::path> corpus, const GloveOptions& options,
                        const WordTrainingProgress& progress = {}, GloveReport* report = nullptr);

}  // namespace sememe
