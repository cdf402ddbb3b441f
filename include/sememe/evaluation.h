#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/matrix.h"

namespace sememe {

/// One thing that vectors are judged by.
struct EvalTask {
  enum class Type { kSts, kRetrieval, kClassification, kClustering, kPairs, kSpread } type = Type::kSts;
  std::filesystem::path path;  ///< a file of rows; kRetrieval: a folder of corpus.jsonl, queries.jsonl and qrels.tsv
  std::string name;            ///< "stsb-dev": the file's name without what follows its first point
};

/// "sts:pairs.tsv", "retrieval:FOLDER", "classification:FILE", "clustering:FILE", "pairs:FILE", "spread:FILE".
/// Errors   kInvalidArgument: no such type (lists them), no path.
EvalTask parse_eval_task(std::string_view text);

struct EvalResult {
  std::string task, type;
  std::vector<std::pair<std::string, double>> metrics;  ///< the first is the one that models are compared by
  std::int64_t count = 0;                               ///< pairs, queries or texts
  double seconds = 0;
};

/// Vectors of texts, a row each; `query`: texts that search, which some models mark by a prompt.
using EmbedTexts = std::function<Matrix(std::span<const std::string> texts, bool query)>;

/// Judges the vectors that `embed` gives.
///
/// Values   sts: spearman, pearson of cosines with column score (of columns score, sentence1, sentence2).
///          retrieval: ndcg@10, mrr@10, map@100, recall@100, in the BEIR layout, by exact cosine; documents are title
///          (if they have one) and text. classification (columns text and label, category or class): every fifth row is
///          asked, the others answer: knn (5 nearest, by their summed cosines) and logistic regression. clustering:
///          v-measure of k-means with as many clusters as labels. pairs (sentence1, sentence2, label 0 or 1): best
///          accuracy and F1 over thresholds, average precision. spread (sentence1, sentence2, score): alignment,
///          uniformity, anisotropy.
/// Errors   kCorrupt: a row without a column (names what it found); kNotFound; those of `embed`.
/// Threads  `threads` 0: all cores. The same numbers for any.
/// Source   BEIR (trec_eval's measures); Rosenberg & Hirschberg 2007 (v-measure); Wang & Isola 2020 (alignment).
EvalResult evaluate(const EvalTask& task, const EmbedTexts& embed, int threads = 0);

/// Spearman's and Pearson's correlation; NaN if one side is constant.
double spearman(std::span<const double> a, std::span<const double> b);
double pearson(std::span<const double> a, std::span<const double> b);

}  // namespace sememe
