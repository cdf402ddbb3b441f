#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sememe/matrix.h"
#include "sememe/words.h"

namespace sememe {

/// How the vectors of words become one. p is a word's part of all text: from the counts of a fastText .bin, else by
/// Zipf's law, as most files have the frequent words first.
enum class SentenceWeighting {
  kMean,  ///< all alike
  kSif,   ///< a / (a + p), a = 1e-3
  kUsif,  ///< a / (a / 2 + p), where a follows from the vocabulary
};

std::optional<SentenceWeighting> parse_sentence_weighting(std::string_view name);  ///< "mean", "sif", "usif"

struct SentenceVectorOptions {
  SentenceWeighting weighting = SentenceWeighting::kMean;
  std::optional<std::int64_t> components;  ///< that are taken away; absent: 0, 1 and 5 for mean, sif and usif
  int threads = 0;                         ///< 0: all cores the process may use
};

/// One vector a text: the weighted mean of its words' vectors, from which what most texts have in common, the first
/// singular vectors of all of them, is taken away: whole (mean, sif), or by its share of their squared singular values
/// (usif).
///
/// Shapes   B texts -> (B, D), D = vectors.dim(). `words`, if given, is the number of words found in each.
/// Values   words stand between spaces. Of each, what the file has counts: it as it stands, in lower case, or else its
///          runs of letters and digits, each as it stands or in lower case; with a fastText .bin also those it does not
///          have. A text without any is zeros. Without components a row depends on its text alone, else on all texts.
///          The same bits for any number of threads.
/// Errors   kInvalidArgument: fewer components than 0 or more than D, a text that is not UTF-8.
/// Source   Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings" (SIF); Ethayarajh
///          2018, "Unsupervised random walk sentence embeddings: a strong but simple baseline" (uSIF, without the
///          scaling of each dimension within a sentence that its code does).
Matrix sentence_vectors(const WordVectors& vectors, std::span<const std::string_view> texts,
                        const SentenceVectorOptions& options = {}, std::vector<std::int64_t>* words = nullptr);

/// How many singular vectors the options take away.
std::int64_t removed_components(const SentenceVectorOptions& options);

}  // namespace sememe
