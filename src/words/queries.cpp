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

std::vector<std::int64_t> known_ids(const WordVectors& vectors, std::span<const std::string> words) {
  std::vector<std::int64_t> out;
  for (const std::string& word : words)
    if (const auto id = vectors.find(word)) out.push_back(*id);
  return out;
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
  if (method == AnalogyMethod::kDirection)
    fail(ErrorCode::kInvalidArgument, "word vectors: a direction is that of pairs, not of words to add and take away");
  const std::vector<std::vector<std::int64_t>> excluded = {known_ids(*this, words)};
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

std::vector<ScoredWord> WordVectors::related(const WordRelation& relation, std::int64_t k, AnalogyMethod method,
                                             int threads) const {
  require_k(k);
  if (relation.pairs.empty() || method == AnalogyMethod::kMul)
    fail(ErrorCode::kInvalidArgument, "word vectors: expected ",
         relation.pairs.empty() ? "a pair of words or more" : "the sum or the direction of pairs, not their product");
  std::vector<std::string> words = {relation.word};
  for (const auto& [from, to] : relation.pairs) words.insert(words.end(), {from, to});
  const std::vector<std::vector<std::int64_t>> excluded = {known_ids(*this, words)};
  const Matrix terms = rows_of(*this, words, true);
  const std::span<const float> start = terms.row(0);
  Matrix target(1, dim());
  const float share = 1.0F / static_cast<float>(relation.pairs.size());
  for (std::int64_t i = 1; i < terms.rows(); ++i)
    kernels().axpy(i % 2 == 0 ? share : -share, terms.row(i).data(), target.data(), dim());
  if (method == AnalogyMethod::kAdd) {
    kernels().axpy(1, start.data(), target.data(), dim());
    return nearest(target.view(), k, excluded, 0, threads)[0];
  }
  scale_to_unit(target.row(0));
  const MatView<const float> rows = vectors();
  const float* const inverse = inverse_norms(threads);
  const auto along = [&](const float* x, float scale) {
    return static_cast<double>(finite_or_zero(kernels().dot(target.data(), x, dim()) * scale));
  };
  const double start_along = along(start.data(), 1), start_squares = kernels().dot(start.data(), start.data(), dim());
  const auto score = [&](std::int64_t, std::int64_t id) {
    constexpr double kNoWay = 1e-6;  // squares of a way that is rounding alone
    const double row_squares = inverse[id] > 0 ? 1 : 0;
    const double product = finite_or_zero(kernels().dot(start.data(), rows.row(id), dim()) * inverse[id]);
    const double squares = row_squares - 2 * product + start_squares;
    if (!(squares > kNoWay)) return 0.0F;
    return static_cast<float>((along(rows.row(id), inverse[id]) - start_along) / std::sqrt(squares));
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
