#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>

#include "base/fail.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "train/evaluate.h"
#include "train/products.h"
#include "train/records.h"
#include "train/row_ops.h"

namespace sememe::train {
namespace {

struct Labelled {
  std::vector<std::string> texts;
  std::vector<int> classes;
  int count = 0;
};

Labelled read_labelled(const std::filesystem::path& path) {
  RecordReader reader(path, {"text|sentence", "label|category|class|topic"});
  Labelled out;
  std::map<std::string, int> numbers;
  for (std::vector<std::string> fields; reader.next(fields);) {
    out.texts.push_back(fields[0]);
    out.classes.push_back(numbers.emplace(fields[1], static_cast<int>(numbers.size())).first->second);
  }
  out.count = static_cast<int>(numbers.size());
  if (out.count < 2)
    fail(ErrorCode::kInvalidArgument, path.string(), ": expected two labels or more, found ", out.count);
  return out;
}

Matrix rows_of(const Matrix& all, const std::vector<std::int64_t>& which) {
  Matrix out(std::ssize(which), all.cols());
  for (std::int64_t i = 0; i < out.rows(); ++i)
    std::copy_n(all.row(which[static_cast<std::size_t>(i)]).begin(), all.cols(), out.row(i).begin());
  return out;
}

double knn_accuracy(const Matrix& train, const std::vector<int>& train_classes, const Matrix& test,
                    const std::vector<int>& test_classes, ThreadPool& pool) {
  const auto best = best_matches(test.view(), train.view(), 5, pool);
  double right = 0;
  for (std::size_t i = 0; i < best.size(); ++i) {
    std::map<int, double> votes;
    for (const Found& f : best[i]) votes[train_classes[static_cast<std::size_t>(f.row)]] += f.score;
    int winner = -1;
    for (const Found& f : best[i]) {  // of equal votes, the class of the nearest
      const int c = train_classes[static_cast<std::size_t>(f.row)];
      if (winner < 0 || votes[c] > votes[winner]) winner = c;
    }
    right += winner == test_classes[i];
  }
  return right / static_cast<double>(best.size());
}

/// Negative log-likelihood of (classes, D + 1) weights, the last column the bias, with an L2 term; and its gradient.
class Regression {
 public:
  Regression(MatView<const float> rows, const std::vector<int>& classes, int count, ThreadPool& pool)
      : rows_(rows), classes_(classes), count_(count), pool_(pool), logits_(rows.rows * count) {}

  std::size_t size() const { return static_cast<std::size_t>(count_ * (rows_.cols + 1)); }

  double operator()(const std::vector<double>& w, std::vector<double>& gradient) {
    const std::int64_t d = rows_.cols;
    const MatView<float> p = logits(rows_, w, logits_);
    double loss = 0;
    for (std::int64_t i = 0; i < p.rows; ++i) {
      const int c = classes_[static_cast<std::size_t>(i)];
      const float wanted = p.row(i)[c], most = *std::max_element(p.row(i), p.row(i) + count_);
      double sum = 0;
      for (std::int64_t j = 0; j < count_; ++j) sum += std::exp(static_cast<double>(p.row(i)[j] - most));
      loss += std::log(sum) + static_cast<double>(most - wanted);
      softmax_forward(p.row(i), 1, count_);
      p.row(i)[c] -= 1;
    }
    Matrix d_w(count_, d);
    std::vector<float> d_b(static_cast<std::size_t>(count_), 0.0F);
    outer_sum<float>(p, rows_, d_w.view(), &pool_);
    column_sum<float>(p, d_b.data(), &pool_);
    for (std::int64_t c = 0; c < count_; ++c)
      for (std::int64_t j = 0; j <= d; ++j) {
        const auto at = static_cast<std::size_t>(c * (d + 1) + j);
        const double decay = j < d ? w[at] : 0;
        gradient[at] = (j < d ? d_w.row(c)[static_cast<std::size_t>(j)] : d_b[static_cast<std::size_t>(c)]) + decay;
        loss += 0.5 * decay * decay;
      }
    return loss;
  }

  MatView<float> logits(MatView<const float> rows, const std::vector<double>& w, Buffer<float>& memory) {
    const std::int64_t d = rows.cols;
    Matrix weights(count_, d);
    panels_.resize(d, count_);
    Buffer<float> bias(panels_.panels() * panels_.width(), 0.0F);
    for (std::int64_t c = 0; c < count_; ++c) {
      for (std::int64_t j = 0; j < d; ++j)
        weights.row(c)[static_cast<std::size_t>(j)] = static_cast<float>(w[static_cast<std::size_t>(c * (d + 1) + j)]);
      bias[c] = static_cast<float>(w[static_cast<std::size_t>(c * (d + 1) + d)]);
    }
    panels_.put_transposed(weights.view(), 0, &pool_);
    const MatView<float> out(memory.data(), rows.rows, count_);
    multiply<float>(rows, panels_, bias.data(), false, out, &pool_);
    return out;
  }

 private:
  MatView<const float> rows_;
  const std::vector<int>& classes_;
  std::int64_t count_;
  ThreadPool& pool_;
  Buffer<float> logits_;
  Panels<float> panels_;
};

double dot_of(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Minimises by L-BFGS (Nocedal & Wright 2006, algorithm 7.4) with a backtracking line search.
std::vector<double> minimise(Regression& f, int iterations) {
  std::vector<double> w(f.size(), 0.0), g(f.size()), next_g(f.size());
  std::deque<std::pair<std::vector<double>, std::vector<double>>> history;  // steps and changes of the gradient
  double value = f(w, g);
  for (int it = 0; it < iterations; ++it) {
    std::vector<double> direction = g, alpha;
    for (auto h = history.rbegin(); h != history.rend(); ++h) {
      alpha.push_back(dot_of(h->first, direction) / dot_of(h->first, h->second));
      for (std::size_t i = 0; i < direction.size(); ++i) direction[i] -= alpha.back() * h->second[i];
    }
    if (!history.empty()) {
      const auto& [s, y] = history.back();
      for (double& x : direction) x *= dot_of(s, y) / dot_of(y, y);
    } else {
      for (double& x : direction) x /= std::max(1.0, std::sqrt(dot_of(g, g)));
    }
    for (std::size_t k = 0; k < history.size(); ++k) {
      const auto& [s, y] = history[k];
      const double beta = dot_of(y, direction) / dot_of(s, y), a = alpha[history.size() - 1 - k];
      for (std::size_t i = 0; i < direction.size(); ++i) direction[i] += s[i] * (a - beta);
    }
    const double slope = -dot_of(g, direction);
    if (!(slope < -1e-9 * std::max(1.0, std::abs(value)))) break;
    double step = 1, next = 0;
    std::vector<double> moved(w.size());
    for (int tries = 0; tries < 30; ++tries, step /= 2) {
      for (std::size_t i = 0; i < w.size(); ++i) moved[i] = w[i] - step * direction[i];
      next = f(moved, next_g);
      if (next <= value + 1e-4 * step * slope) break;
    }
    if (!(next < value)) break;
    std::vector<double> s(w.size()), y(w.size());
    for (std::size_t i = 0; i < w.size(); ++i) s[i] = moved[i] - w[i], y[i] = next_g[i] - g[i];
    if (dot_of(s, y) > 1e-12) history.emplace_back(std::move(s), std::move(y));
    if (history.size() > 10) history.pop_front();
    const bool settled = value - next < 1e-7 * value;
    w.swap(moved);
    g.swap(next_g);
    value = next;
    if (settled) break;
  }
  return w;
}

}  // namespace

double logistic_accuracy(MatView<const float> train, const std::vector<int>& train_classes, MatView<const float> test,
                         const std::vector<int>& test_classes, int classes, ThreadPool& pool) {
  Regression regression(train, train_classes, classes, pool);
  const std::vector<double> w = minimise(regression, 200);
  Buffer<float> memory(test.rows * classes);
  const MatView<float> said = regression.logits(test, w, memory);
  double right = 0;
  for (std::int64_t i = 0; i < said.rows; ++i)
    right +=
        std::max_element(said.row(i), said.row(i) + classes) - said.row(i) == test_classes[static_cast<std::size_t>(i)];
  return right / static_cast<double>(said.rows);
}

std::vector<int> k_means(MatView<const float> rows, int clusters, std::uint64_t seed, ThreadPool& pool) {
  std::vector<int> best;
  double least = std::numeric_limits<double>::infinity();
  const std::int64_t n = rows.rows, d = rows.cols;
  for (std::uint64_t attempt = 0; attempt < 4; ++attempt) {
    const CounterRng random(seed, attempt);
    std::uint64_t drawn = 0;
    Matrix centres(clusters, d);
    std::vector<double> nearest(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity());
    std::int64_t chosen = random.below(drawn++ << 8, static_cast<std::uint32_t>(n));
    for (int c = 0; c < clusters; ++c) {  // k-means++ (Arthur & Vassilvitskii 2007)
      std::copy_n(rows.row(chosen), d, centres.row(c).begin());
      double total = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        double& near = nearest[static_cast<std::size_t>(i)];
        near = std::min(near, static_cast<double>(kernels().squared_distance(rows.row(i), centres.row(c).data(), d)));
        total += near;
      }
      double left = static_cast<double>(random.uniform(drawn++ << 8)) * total;
      for (chosen = 0; chosen + 1 < n && left >= nearest[static_cast<std::size_t>(chosen)]; ++chosen)
        left -= nearest[static_cast<std::size_t>(chosen)];
    }
    std::vector<int> of(static_cast<std::size_t>(n), -1);
    std::vector<double> far(static_cast<std::size_t>(n));
    for (int round = 0; round < 50; ++round) {
      std::vector<int> next(of.size());
      for_each_block(pool, n, 64, [&](std::int64_t first, std::int64_t count, int) {
        for (std::int64_t i = first; i < first + count; ++i) {
          double near = std::numeric_limits<double>::infinity();
          for (int c = 0; c < clusters; ++c) {
            const double x = kernels().squared_distance(rows.row(i), centres.row(c).data(), d);
            if (x < near) near = x, next[static_cast<std::size_t>(i)] = c;
          }
          far[static_cast<std::size_t>(i)] = near;
        }
      });
      const bool same = next == of;
      of = std::move(next);
      if (same) break;
      std::vector<double> counts(static_cast<std::size_t>(clusters), 0.0);
      Matrix sums(clusters, d);
      for (std::int64_t i = 0; i < n; ++i) {
        const int c = of[static_cast<std::size_t>(i)];
        counts[static_cast<std::size_t>(c)] += 1;
        kernels().axpy(1, rows.row(i), sums.row(c).data(), d);
      }
      for (int c = 0; c < clusters; ++c)
        if (counts[static_cast<std::size_t>(c)] > 0)
          for (std::int64_t j = 0; j < d; ++j)
            centres.row(c)[static_cast<std::size_t>(j)] =
                static_cast<float>(sums.row(c)[static_cast<std::size_t>(j)] / counts[static_cast<std::size_t>(c)]);
    }
    double inertia = 0;
    for (const double x : far) inertia += x;
    if (inertia < least) least = inertia, best = of;
  }
  return best;
}

double v_measure(const std::vector<int>& classes, const std::vector<int>& clusters) {
  std::map<int, double> of_class, of_cluster;
  std::map<std::pair<int, int>, double> both;
  const double n = static_cast<double>(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    of_class[classes[i]] += 1 / n;
    of_cluster[clusters[i]] += 1 / n;
    both[{classes[i], clusters[i]}] += 1 / n;
  }
  const auto entropy = [](const std::map<int, double>& parts) {
    double sum = 0;
    for (const auto& [key, p] : parts) sum -= p * std::log(p);
    return sum;
  };
  double mutual = 0;
  for (const auto& [key, p] : both) mutual += p * std::log(p / (of_class[key.first] * of_cluster[key.second]));
  const double h_class = entropy(of_class), h_cluster = entropy(of_cluster);
  const double homogeneity = h_class > 0 ? mutual / h_class : 1, completeness = h_cluster > 0 ? mutual / h_cluster : 1;
  return homogeneity + completeness > 0 ? 2 * homogeneity * completeness / (homogeneity + completeness) : 0;
}

void evaluate_classes(const EvalTask& task, const EmbedTexts& embed, ThreadPool& pool, EvalResult& result) {
  const Labelled data = read_labelled(task.path);
  const Matrix vectors = directions(embed, data.texts, false);
  result.count = vectors.rows();
  if (task.type == EvalTask::Type::kClustering) {
    result.metrics = {{"v_measure", v_measure(data.classes, k_means(vectors.view(), data.count, 1, pool))}};
    return;
  }
  std::vector<std::int64_t> train, test;
  std::vector<int> train_classes, test_classes;
  for (std::int64_t i = 0; i < vectors.rows(); ++i) {
    (i % 5 == 0 ? test : train).push_back(i);
    (i % 5 == 0 ? test_classes : train_classes).push_back(data.classes[static_cast<std::size_t>(i)]);
  }
  const Matrix known = rows_of(vectors, train), asked = rows_of(vectors, test);
  result.metrics = {{"knn_accuracy", knn_accuracy(known, train_classes, asked, test_classes, pool)},
                    {"logistic_accuracy",
                     logistic_accuracy(known.view(), train_classes, asked.view(), test_classes, data.count, pool)}};
}

}  // namespace sememe::train
