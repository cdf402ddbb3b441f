#include "sememe/sentence_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "io/utf8.h"
#include "kernels/kernels.h"
#include "map/products.h"
#include "map/symmetric_eigen.h"
#include "unicode/unicode.h"
#include "words/blanks.h"
#include "words/folded.h"

namespace sememe {
namespace {

constexpr double kSif = 1e-3;  // a of Arora et al., who found 1e-4 to 1e-3 to be alike
constexpr std::int64_t kTextsPerJob = 64;

/// Part of all text that each word is.
std::vector<double> parts_of_text(const WordVectors& vectors) {
  std::vector<double> out(static_cast<std::size_t>(vectors.size()));
  for (std::int64_t id = 0; id < vectors.size(); ++id) {
    const std::int64_t count = vectors.count(id);
    out[static_cast<std::size_t>(id)] = count > 0 ? static_cast<double>(count) : 1 / static_cast<double>(id + 2);
  }
  const double sum = std::accumulate(out.begin(), out.end(), 0.0);
  for (double& part : out) part /= sum;
  return out;
}

/// a of uSIF. Source  Ethayarajh 2018, section 3.2, for sentences of 11 words, as his code has it.
double usif_a(const std::vector<double>& parts) {
  constexpr double kWords = 11;
  const auto size = static_cast<double>(parts.size());
  const double threshold = 1 - std::pow(1 - 1 / size, kWords);
  const auto frequent = std::count_if(parts.begin(), parts.end(), [&](double part) { return part > threshold; });
  const double alpha = std::clamp(static_cast<double>(frequent) / size, 1 / size, 1 - 1 / (2 * size));
  return (1 - alpha) / (alpha * size / 2);
}

std::vector<double> weights_of(const WordVectors& vectors, SentenceWeighting weighting) {
  std::vector<double> parts = parts_of_text(vectors);
  const double a = weighting == SentenceWeighting::kUsif ? usif_a(parts) : kSif;
  const double own = weighting == SentenceWeighting::kUsif ? a / 2 : a;
  for (double& part : parts) part = weighting == SentenceWeighting::kMean ? 1 : a / (own + part);
  return parts;
}

/// Adds up the words of a text.
class Sum {
 public:
  /// `rarest`: the weight of words without a row.
  Sum(const WordVectors& vectors, const std::vector<double>& weights, double rarest, std::span<float> out)
      : vectors_(vectors), weights_(weights), rarest_(rarest), out_(out), unknown_(out.size()) {}

  void add_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && !is_blank(text[end])) ++end;
      if (end > at) add_token(text.substr(at, end - at));
      at = end + 1;
    }
    for (float& x : out_) x = static_cast<float>(x / std::max<double>(1, static_cast<double>(words_)));
  }
  std::int64_t words() const { return words_; }

 private:
  bool add_known(std::string_view word) {
    auto id = vectors_.find(word);
    if (!id) id = vectors_.find(folded_utf8(word));
    if (!id) return false;
    add(vectors_.vectors().row(*id), weights_[static_cast<std::size_t>(*id)]);
    return true;
  }
  void add_run(std::string_view run) {
    if (!add_known(run) && vectors_.vector(run, unknown_)) add(unknown_.data(), rarest_);
  }
  void add_token(std::string_view token) {
    if (add_known(token)) return;
    constexpr auto kWordLike = unicode::kCategoryL | unicode::kCategoryM | unicode::kCategoryN;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < token.size();) {
      const CodePoint c = decode_utf8(token, at);
      const std::size_t next = at + static_cast<std::size_t>(c.length);
      if (!unicode::in(c.value, kWordLike)) {
        if (at > begin) add_run(token.substr(begin, at - begin));
        begin = next;
      }
      at = next;
    }
    if (token.size() > begin) add_run(token.substr(begin));
  }
  void add(const float* row, double weight) {
    kernels().axpy(static_cast<float>(weight), row, out_.data(), std::ssize(out_));
    ++words_;
  }

  const WordVectors& vectors_;
  const std::vector<double>& weights_;
  double rarest_;
  std::span<float> out_;
  std::vector<float> unknown_;
  std::int64_t words_ = 0;
};

void remove_components(Matrix& rows, std::int64_t count, SentenceWeighting weighting, ThreadPool& pool) {
  const std::int64_t d = rows.cols();
  const std::vector<double> origin(static_cast<std::size_t>(d));
  const CentredProducts products(rows.view(), origin, pool);
  const SymmetricEigen eigen = leading_eigen(products.covariance(), d, count, pool);
  double sum = 0;
  for (const double value : eigen.values) sum += std::max(0.0, value);
  if (!(sum > 0)) return;
  for_each_block(pool, rows.rows(), kTextsPerJob, [&](std::int64_t first, std::int64_t block, int) {
    for (std::int64_t i = first; i < first + block; ++i) {
      const std::span<float> row = rows.row(i);
      std::vector<double> left(row.begin(), row.end());
      for (std::int64_t c = 0; c < count; ++c) {
        const double* const direction = eigen.vectors.data() + c * d;
        const double share =
            weighting == SentenceWeighting::kUsif ? std::max(0.0, eigen.values[static_cast<std::size_t>(c)]) / sum : 1;
        const double along = share * std::inner_product(left.begin(), left.end(), direction, 0.0);
        for (std::size_t j = 0; j < left.size(); ++j) left[j] -= along * direction[j];
      }
      for (std::size_t j = 0; j < left.size(); ++j) row[j] = static_cast<float>(left[j]);
    }
  });
}

}  // namespace

std::optional<SentenceWeighting> parse_sentence_weighting(std::string_view name) {
  if (name == "mean") return SentenceWeighting::kMean;
  if (name == "sif") return SentenceWeighting::kSif;
  if (name == "usif") return SentenceWeighting::kUsif;
  return std::nullopt;
}

std::int64_t removed_components(const SentenceVectorOptions& options) {
  constexpr std::int64_t kUsual[] = {0, 1, 5};
  return options.components.value_or(kUsual[static_cast<std::size_t>(options.weighting)]);
}

Matrix sentence_vectors(const WordVectors& vectors, std::span<const std::string_view> texts,
                        const SentenceVectorOptions& options, std::vector<std::int64_t>* words) {
  const std::int64_t count = std::ssize(texts), components = removed_components(options);
  if (components < 0 || components > vectors.dim())
    fail(ErrorCode::kInvalidArgument, "components to take away: expected 0 to ", vectors.dim(), ", found ", components);
  const std::vector<double> weights = weights_of(vectors, options.weighting);
  const double rarest = *std::max_element(weights.begin(), weights.end());
  Matrix out(count, vectors.dim());
  std::vector<std::int64_t> found(texts.size());
  ThreadPool pool(ThreadPool::size_for(options.threads));
  for_each_block(pool, count, kTextsPerJob, [&](std::int64_t first, std::int64_t block, int) {
    for (std::int64_t i = first; i < first + block; ++i) {
      const auto at = static_cast<std::size_t>(i);
      require_utf8(texts[at], concat("text ", i));
      Sum sum(vectors, weights, rarest, out.row(i));
      sum.add_text(texts[at]);
      found[at] = sum.words();
    }
  });
  if (components > 0 && count > 0) remove_components(out, components, options.weighting, pool);
  if (words != nullptr) *words = std::move(found);
  return out;
}

}  // namespace sememe
