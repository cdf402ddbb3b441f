#include <cmath>
#include <numeric>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/scan.h"
#include "words/state.h"

namespace sememe {
namespace {

/// The vectors of words as rows, scaled to length 1 if asked.
Matrix rows_of(const WordVectors& vectors, std::span<const std::string> words, bool unit) {
  Matrix out(std::ssize(words), vectors.dim());
  for (std::int64_t i = 0; i < out.rows(); ++i) {
    const std::string& word = words[static_cast<std::size_t>(i)];
    if (!vectors.vector(word, out.row(i))) vectors.require(word);
    if (unit) scale_to_unit(out.row(i));
  }
  return out;
}

std::vector<double> mean_of(const Matrix& rows) {
  std::vector<double> mean(static_cast<std::size_t>(rows.cols()));
  for (std::int64_t i = 0; i < rows.rows(); ++i)
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += rows.row(i)[j] / static_cast<double>(rows.rows());
  return mean;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  const double ab = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  const double aa = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  const double bb = std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

void require_words(std::span<const std::string> words, std::int64_t least) {
  if (std::ssize(words) < least)
    fail(ErrorCode::kInvalidArgument, "word vectors: expected ", least, " words or more, found ", words.size());
}

}  // namespace

void WordVectors::require(std::string_view word) const {
  std::vector<float> row(static_cast<std::size_t>(dim()));
  if (vector(word, row)) return;
  std::string meant;
  for (const std::string& other : suggestions(word))
    meant.append(meant.empty() ? "; did you mean " : ", ").append(quote(other, 40));
  fail(ErrorCode::kNotFound, state_->name, ": ", quote(word, 40), " is not among its ", size(), " words", meant,
       meant.empty() ? "" : "?");
}

std::vector<ScoredWord> WordVectors::closest(const WordQuery& query, std::int64_t k, AnalogyMethod method,
                                             int threads) const {
  require_k(k);
  std::vector<std::string> words = query.positive;
  words.insert(words.end(), query.negative.begin(), query.negative.end());
  require_words(words, 1);
  std::vector<std::vector<std::int64_t>> excluded(1);
  for (const std::string& word : words)
    if (const auto id = find(word)) excluded[0].push_back(*id);
  const Matrix terms = rows_of(*this, words, true);
  const std::int64_t positive = std::ssize(query.positive);
  if (method == AnalogyMethod::kAdd) {
    Matrix sum(1, dim());
    for (std::int64_t i = 0; i < terms.rows(); ++i)
      kernels().axpy(i < positive ? 1.0f : -1.0f, terms.row(i).data(), sum.data(), dim());
    return nearest(sum.view(), k, excluded, 0, threads)[0];
  }
  const MatView<const float> rows = vectors();
  const float* const inverse = inverse_norms(threads);
  const auto score = [&](std::int64_t, std::int64_t id) {
    constexpr double kSmall = 1e-6;  // gensim's, and that of the paper is 1e-3
    double above = 1, below = 1;
    for (std::int64_t i = 0; i < terms.rows(); ++i)
      (i < positive ? above : below) *=
          (1.0 + finite_or_zero(kernels().dot(terms.row(i).data(), rows.row(id), dim()) * inverse[id])) / 2;
    return static_cast<float>(above / (below + kSmall));
  };
  return scan_words(size(), 1, k, excluded, threads, score)[0];
}

float WordVectors::similarity(std::span<const std::string> a, std::span<const std::string> b) const {
  require_words(a, 1);
  require_words(b, 1);
  return static_cast<float>(cosine(mean_of(rows_of(*this, a, false)), mean_of(rows_of(*this, b, false))));
}

std::vector<ScoredWord> WordVectors::odd_one_out(std::span<const std::string> words) const {
  require_words(words, 3);
  const Matrix rows = rows_of(*this, words, true);
  const std::vector<double> mean = mean_of(rows);
  std::vector<ScoredWord> out;
  for (std::int64_t i = 0; i < rows.rows(); ++i)
    out.push_back({i, static_cast<float>(cosine({rows.row(i).begin(), rows.row(i).end()}, mean))});
  std::stable_sort(out.begin(), out.end(), [](const ScoredWord& x, const ScoredWord& y) { return x.score < y.score; });
  return out;
}

}  // namespace sememe
