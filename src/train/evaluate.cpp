#include "train/evaluate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/correlation.h"
#include "base/fail.h"
#include "nn/pooling.h"
#include "train/products.h"
#include "train/records.h"

namespace sememe {
namespace {

using Type = EvalTask::Type;
constexpr std::array<std::string_view, 6> kTypes = {"sts",        "retrieval", "classification",
                                                    "clustering", "pairs",     "spread"};

}  // namespace

EvalTask parse_eval_task(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto type = std::find(kTypes.begin(), kTypes.end(), text.substr(0, colon));
  if (type == kTypes.end() || colon + 1 >= text.size())
    fail(ErrorCode::kInvalidArgument,
         "task: expected TYPE:FILE with a type of sts, retrieval, classification, "
         "clustering, pairs, spread, found ",
         quote(text));
  EvalTask task;
  task.type = static_cast<Type>(type - kTypes.begin());
  task.path = std::string(text.substr(colon + 1));
  std::string name = task.path.filename().string();
  if (name.empty()) name = task.path.parent_path().filename().string();
  task.name = task.type == Type::kRetrieval ? name : name.substr(0, name.find('.'));
  return task;
}

EvalResult evaluate(const EvalTask& task, const EmbedTexts& embed, int threads) {
  const auto start = std::chrono::steady_clock::now();
  ThreadPool pool(ThreadPool::size_for(threads));
  EvalResult result{.task = task.name, .type = std::string(kTypes[static_cast<std::size_t>(task.type)])};
  switch (task.type) {
    case Type::kSts:
      train::evaluate_sts(task, embed, result);
      break;
    case Type::kPairs:
      train::evaluate_pairs(task, embed, result);
      break;
    case Type::kSpread:
      train::evaluate_spread(task, embed, result);
      break;
    case Type::kRetrieval:
      train::evaluate_retrieval(task, embed, pool, result);
      break;
    case Type::kClassification:
    case Type::kClustering:
      train::evaluate_classes(task, embed, pool, result);
      break;
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

namespace train {
namespace {

struct Pairs {
  std::vector<std::string> left, right;
  std::vector<double> scores;
};

Pairs read_pairs(const std::filesystem::path& path, const char* score) {
  RecordReader reader(path, {"sentence1|anchor|text1", "sentence2|positive|text2", score});
  Pairs pairs;
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    pairs.left.push_back(std::move(fields[0]));
    pairs.right.push_back(std::move(fields[1]));
    pairs.scores.push_back(number_in(fields[2], reader.where()));
  }
  if (pairs.left.empty()) fail(ErrorCode::kInvalidArgument, path.string(), ": holds no rows");
  return pairs;
}

double dot_of(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<double> cosines(const Matrix& a, const Matrix& b) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < a.rows(); ++i) out.push_back(dot_of(a.row(i), b.row(i)));
  return out;
}

}  // namespace

Matrix directions(const EmbedTexts& embed, const std::vector<std::string>& texts, bool query) {
  Matrix m = embed(texts, query);
  for (std::int64_t i = 0; i < m.rows(); ++i) normalize_l2(m.row(i));
  return m;
}

std::vector<std::vector<Found>> best_matches(MatView<const float> asked, MatView<const float> among, std::int64_t k,
                                             ThreadPool& pool) {
  std::vector<std::vector<Found>> best(static_cast<std::size_t>(asked.rows));
  constexpr std::int64_t kAsked = 256, kAmong = 4096;  // tiles of the matrix of scores
  const auto better = [](const Found& a, const Found& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  };
  Panels<float> panels;
  Buffer<float> memory(kAsked * kAmong);
  for (std::int64_t d0 = 0; d0 < among.rows; d0 += kAmong) {
    const std::int64_t documents = std::min(kAmong, among.rows - d0);
    panels.resize(among.cols, documents);
    panels.put_transposed(among.slice_rows(d0, documents), 0, &pool);
    for (std::int64_t q0 = 0; q0 < asked.rows; q0 += kAsked) {
      const std::int64_t queries = std::min(kAsked, asked.rows - q0);
      const MatView<float> scores(memory.data(), queries, documents, kAmong);
      multiply<float>(asked.slice_rows(q0, queries), panels, nullptr, false, scores, &pool);
      pool.run(queries, [&](std::int64_t q, int) {
        std::vector<Found>& top = best[static_cast<std::size_t>(q0 + q)];
        for (std::int64_t d = 0; d < documents; ++d) top.push_back({d0 + d, scores.row(q)[d]});
        const auto keep = std::min<std::ptrdiff_t>(std::ssize(top), k);
        std::partial_sort(top.begin(), top.begin() + keep, top.end(), better);
        top.resize(static_cast<std::size_t>(keep));
      });
    }
  }
  return best;
}

void evaluate_sts(const EvalTask& task, const EmbedTexts& embed, EvalResult& result) {
  const Pairs pairs = read_pairs(task.path, "score|label|similarity_score");
  const std::vector<double> found =
      cosines(directions(embed, pairs.left, false), directions(embed, pairs.right, false));
  result.count = std::ssize(found);
  result.metrics = {{"spearman", spearman(found, pairs.scores)}, {"pearson", pearson(found, pairs.scores)}};
}

void evaluate_pairs(const EvalTask& task, const EmbedTexts& embed, EvalResult& result) {
  const Pairs pairs = read_pairs(task.path, "label|is_duplicate|score");
  const std::vector<double> found =
      cosines(directions(embed, pairs.left, false), directions(embed, pairs.right, false));
  const std::size_t n = found.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return found[a] > found[b]; });
  const double positives =
      static_cast<double>(std::count_if(pairs.scores.begin(), pairs.scores.end(), [](double s) { return s > 0.5; }));
  double hits = 0, accuracy = (static_cast<double>(n) - positives) / static_cast<double>(n), f1 = 0, precision = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool hit = pairs.scores[order[i]] > 0.5;
    hits += hit;
    const double said = static_cast<double>(i + 1);
    if (hit) precision += hits / said / std::max(1.0, positives);
    accuracy =
        std::max(accuracy, (hits + (static_cast<double>(n) - said) - (positives - hits)) / static_cast<double>(n));
    f1 = std::max(f1, 2 * hits / (said + positives));
  }
  result.count = static_cast<std::int64_t>(n);
  result.metrics = {{"average_precision", precision}, {"accuracy", accuracy}, {"f1", f1}};
}

void evaluate_spread(const EvalTask& task, const EmbedTexts& embed, EvalResult& result) {
  const Pairs pairs = read_pairs(task.path, "score|label");
  const Matrix a = directions(embed, pairs.left, false), b = directions(embed, pairs.right, false);
  const double most = *std::max_element(pairs.scores.begin(), pairs.scores.end());
  double alignment = 0, near = 0, spread = 0, mean_cosine = 0, count = 0;
  for (std::int64_t i = 0; i < a.rows(); ++i)
    if (pairs.scores[static_cast<std::size_t>(i)] >= 0.8 * most) {
      alignment += 2 - 2 * dot_of(a.row(i), b.row(i));
      near += 1;
    }
  const std::int64_t n = std::min<std::int64_t>(a.rows(), 2000);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) {
      const double cosine = dot_of(a.row(i), a.row(j));
      spread += std::exp(-2 * (2 - 2 * cosine));
      mean_cosine += cosine;
      count += 1;
    }
  result.count = a.rows();
  result.metrics = {{"alignment", near > 0 ? alignment / near : 0},
                    {"uniformity", count > 0 ? std::log(spread / count) : 0},
                    {"anisotropy", count > 0 ? mean_cosine / count : 0}};
}

}  // namespace train
}  // namespace sememe
