#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sememe/evaluation.h"

namespace sememe {

/// Which of the texts near an anchor become its negatives. Scores are cosines; a margin is taken from the anchor's
/// lowest score with a positive of its own.
struct MiningOptions {
  std::int64_t range_min = 0;             ///< how many of the nearest are passed over, after all that is left out
  std::optional<std::int64_t> range_max;  ///< the last rank that is looked at; by default enough for the negatives
  std::optional<double> max_score, min_score;
  std::optional<double> absolute_margin;  ///< a negative's score is at least this below the positive's
  std::optional<double> relative_margin;  ///< ... at least this part of the positive's
  std::int64_t num_negatives = 3;
};

struct MinedNegatives {
  struct Row {
    std::int64_t anchor, positive;        ///< of `anchors`, of `texts`
    double score;                         ///< of the two
    std::vector<std::int64_t> negatives;  ///< of `texts`, nearest first; fewer than asked for if there are no more
    std::vector<double> scores;
  };
  std::vector<std::string> anchors, texts;  ///< the different ones, in the order in which they come first
  std::vector<Row> rows;                    ///< each pair once, those of an anchor together
  std::int64_t missing = 0;                 ///< negatives that could not be found
};

/// Finds for each pair of an anchor and a positive texts that are near the anchor and not among its positives: the
/// `corpus` and all positives are searched, exactly.
///
/// Values   what sentence-transformers selects with the strategy "top", and the same for any number of threads.
/// Errors   kInvalidArgument: no anchors, or not as many as positives; a range that has no room for
///          the negatives; a margin that is not finite; those of `embed`.
/// Threads  `threads` 0: all cores.   Memory   all vectors, and range_max scores an anchor.
/// Source   sentence_transformers.util.mine_hard_negatives 6.2; Moreira et al. 2024 (NV-Retriever).
MinedNegatives mine_hard_negatives(std::span<const std::string> anchors, std::span<const std::string> positives,
                                   std::span<const std::string> corpus, const EmbedTexts& embed,
                                   const MiningOptions& options = {}, int threads = 0);

}  // namespace sememe
