#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/evaluation.h"

namespace sememe::train {

/// Texts made into vectors of length 1.
Matrix directions(const EmbedTexts& embed, const std::vector<std::string>& texts, bool query);

/// For each row of `asked`, the `k` rows of `among` with the largest dot products, best first, equal ones by number.
struct Found {
  std::int64_t row;
  float score;
};
std::vector<std::vector<Found>> best_matches(MatView<const float> asked, MatView<const float> among, std::int64_t k,
                                             ThreadPool& pool);

/// Fraction of `test` whose class a multinomial logistic regression (L2, C = 1) trained on `train` finds.
double logistic_accuracy(MatView<const float> train, const std::vector<int>& train_classes, MatView<const float> test,
                         const std::vector<int>& test_classes, int classes, ThreadPool& pool);

/// Cluster of each row by k-means (k-means++ starts, the best of some), and the v-measure of two labellings.
std::vector<int> k_means(MatView<const float> rows, int clusters, std::uint64_t seed, ThreadPool& pool);
double v_measure(const std::vector<int>& classes, const std::vector<int>& clusters);

/// "corpus.jsonl" in a folder, or the same with .gz or .zst.
std::filesystem::path file_in(const std::filesystem::path& folder, const std::string& name);

void evaluate_sts(const EvalTask& task, const EmbedTexts& embed, EvalResult& result);
void evaluate_pairs(const EvalTask& task, const EmbedTexts& embed, EvalResult& result);
void evaluate_spread(const EvalTask& task, const EmbedTexts& embed, EvalResult& result);
void evaluate_retrieval(const EvalTask& task, const EmbedTexts& embed, ThreadPool& pool, EvalResult& result);
void evaluate_classes(const EvalTask& task, const EmbedTexts& embed, ThreadPool& pool, EvalResult& result);

}  // namespace sememe::train
