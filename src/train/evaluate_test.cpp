#include "train/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe::train {
namespace {

/// Vectors by hand: a text of numbers "1 0.5" is the vector (1, 0.5).
Matrix by_hand(std::span<const std::string> texts, bool) {
  Matrix out(std::ssize(texts), 2);
  for (std::int64_t i = 0; i < out.rows(); ++i) {
    std::size_t used = 0;
    const std::string& t = texts[static_cast<std::size_t>(i)];
    out.row(i)[0] = std::stof(t, &used);
    out.row(i)[1] = std::stof(t.substr(used));
  }
  return out;
}

double metric(const EvalResult& r, const std::string& name) {
  for (const auto& [key, value] : r.metrics)
    if (key == name) return value;
  return std::nan("");
}

TEST(Correlation, TiesShareTheirPlaces) {
  const std::vector<double> a = {1, 2, 2, 4}, b = {10, 30, 20, 40};
  EXPECT_LE(std::abs(spearman(a, b) - 0.9486832980505138), 1e-12);  // scipy.stats.spearmanr
  EXPECT_LE(std::abs(pearson(a, b) - 0.9233805168766388), 1e-12);   // numpy.corrcoef
  EXPECT_TRUE(std::isnan(spearman(a, std::vector<double>{1, 1, 1, 1})));
}

TEST(BestMatches, AreThoseOfASortOverAll) {
  const CounterRng random(1, 1);
  Matrix a(30, 5), b(5000, 5);  // more than one tile of rows
  std::uint64_t at = 0;
  for (Matrix* m : {&a, &b})
    for (std::int64_t i = 0; i < m->rows(); ++i)
      for (float& x : m->row(i)) x = std::round(4 * random.normal(at++));
  ThreadPool pool(2);
  const auto best = best_matches(a.view(), b.view(), 7, pool);
  for (std::int64_t i = 0; i < 30; ++i) {
    std::vector<std::pair<float, std::int64_t>> all;
    for (std::int64_t j = 0; j < 5000; ++j) {
      float sum = 0;
      for (std::size_t k = 0; k < 5; ++k) sum += a.row(i)[k] * b.row(j)[k];
      all.emplace_back(-sum, j);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t k = 0; k < 7; ++k) EXPECT_EQ(best[i][k].row, all[k].second) << i << " " << k;
  }
}

TEST(Evaluate, StsAndPairs) {
  const test::TemporaryFolder folder;
  const auto sts = folder.write("sts.tsv", "score\tsentence1\tsentence2\n5\t1 0\t2 0\n3\t1 0\t1 1\n0\t1 0\t-1 0\n");
  const EvalResult r = evaluate(parse_eval_task("sts:" + sts.string()), by_hand, 1);
  EXPECT_EQ(r.task, "sts");
  EXPECT_EQ(r.count, 3);
  EXPECT_DOUBLE_EQ(metric(r, "spearman"), 1);
  const auto pairs =
      folder.write("p.tsv", "label\tsentence1\tsentence2\n1\t1 0\t1 0\n0\t1 0\t1 0.1\n1\t1 0\t1 1\n0\t1 0\t0 1\n");
  const EvalResult p = evaluate(parse_eval_task("pairs:" + pairs.string()), by_hand, 1);
  EXPECT_LE(std::abs(metric(p, "average_precision") - (1 + 2.0 / 3) / 2), 1e-12);
  EXPECT_DOUBLE_EQ(metric(p, "accuracy"), 0.75);
  EXPECT_DOUBLE_EQ(metric(p, "f1"), 0.8);
}

TEST(Evaluate, RetrievalCountsAsTrecEval) {
  const test::TemporaryFolder folder;
  folder.write(
      "corpus.jsonl",
      "{\"_id\": \"a\", \"title\": \"\", \"text\": \"1 0\"}\n{\"_id\": \"b\", \"title\": \"\", \"text\": \"1 0.5\"}\n"
      "{\"_id\": \"c\", \"title\": \"\", \"text\": \"0 1\"}\n");
  folder.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"1 0.1\"}\n{\"_id\": \"unjudged\", \"text\": \"1 1\"}\n");
  folder.write("qrels.tsv", "query-id\tcorpus-id\tscore\nq\tb\t2\nq\tc\t1\nq\ta\t0\n");
  const EvalResult r = evaluate(parse_eval_task("retrieval:" + folder.path().string()), by_hand, 1);
  EXPECT_EQ(r.count, 1);
  const double ideal = 2 + 1 / std::log2(3.0), gained = 2 / std::log2(3.0) + 1 / std::log2(4.0);
  EXPECT_LE(std::abs(metric(r, "ndcg@10") - gained / ideal), 1e-12);
  EXPECT_DOUBLE_EQ(metric(r, "mrr@10"), 0.5);
  EXPECT_LE(std::abs(metric(r, "map@100") - (0.5 + 2.0 / 3) / 2), 1e-12);
  EXPECT_DOUBLE_EQ(metric(r, "recall@100"), 1);
}

TEST(Evaluate, DocumentsNeedNoTitle) {
  const test::TemporaryFolder folder;
  folder.write("corpus.jsonl",
               "{\"_id\": \"a\", \"text\": \"1 0\"}\n{\"_id\": \"b\", \"title\": null, \"text\": \"0 1\"}\n");
  folder.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"1 0.1\"}\n");
  folder.write("qrels.tsv", "query-id\tcorpus-id\tscore\nq\ta\t1\n");
  const EvalResult r = evaluate(parse_eval_task("retrieval:" + folder.path().string()), by_hand, 1);
  EXPECT_DOUBLE_EQ(metric(r, "ndcg@10"), 1);
}

TEST(Evaluate, ClassesThatLieApartAreFound) {
  const test::TemporaryFolder folder;
  const CounterRng random(5, 5);
  std::string rows = "text\tlabel\n";
  for (int i = 0; i < 120; ++i) {
    const double turn = 2 * 3.14159 * (i % 3) / 3 + 0.2 * random.normal(static_cast<std::uint64_t>(i));
    rows += std::to_string(std::cos(turn)) + " " + std::to_string(std::sin(turn)) + "\tclass" + std::to_string(i % 3) +
            "\n";
  }
  const auto file = folder.write("c.tsv", rows);
  const EvalResult r = evaluate(parse_eval_task("classification:" + file.string()), by_hand, 2);
  EXPECT_GE(metric(r, "knn_accuracy"), 0.99);
  EXPECT_GE(metric(r, "logistic_accuracy"), 0.99);
  EXPECT_GE(metric(evaluate(parse_eval_task("clustering:" + file.string()), by_hand, 2), "v_measure"), 0.95);
}

TEST(VMeasure, IsOneForTheSamePartsAndZeroForUnrelatedOnes) {
  EXPECT_DOUBLE_EQ(v_measure({0, 0, 1, 1}, {5, 5, 2, 2}), 1);
  EXPECT_LE(std::abs(v_measure({0, 0, 1, 1}, {0, 1, 0, 1})), 1e-12);
  EXPECT_LE(std::abs(v_measure({0, 0, 1, 1}, {0, 0, 1, 2}) - 0.8), 1e-12);  // sklearn.metrics.v_measure_score
}

TEST(EvalTask, UnknownTypesAreRefused) {
  EXPECT_NE(test::error_of<Error>([] { parse_eval_task("stss:x.tsv"); }).find("retrieval"), std::string::npos);
  EXPECT_NE(test::error_of<Error>([] { parse_eval_task("sts:"); }).find("TYPE:FILE"), std::string::npos);
}

}  // namespace
}  // namespace sememe::train
