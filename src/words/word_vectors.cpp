#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/scan.h"
#include "words/state.h"

namespace sememe {

bool scale_to_unit(std::span<float> x) {
  double squares = 0;
  for (const float value : x) squares += static_cast<double>(value) * value;
  if (!(squares > 0)) return false;
  const double scale = 1 / std::sqrt(squares);
  for (float& value : x) value = static_cast<float>(value * scale);
  return true;
}

WordVectors::WordVectors(std::unique_ptr<State> state) : state_(std::move(state)) {}
WordVectors::WordVectors(WordVectors&&) noexcept = default;
WordVectors& WordVectors::operator=(WordVectors&&) noexcept = default;
WordVectors::~WordVectors() = default;

WordVectors::WordVectors(std::vector<std::string> words, Matrix vectors) : state_(std::make_unique<State>()) {
  if (words.empty() || std::ssize(words) != vectors.rows() || vectors.cols() < 1)
    fail(ErrorCode::kInvalidArgument, "word vectors: expected one row a word, found ", words.size(), " words and (",
         vectors.rows(), ", ", vectors.cols(), ") vectors");
  const std::int64_t size = vectors.rows() * vectors.cols();
  if (!kernels().all_finite(vectors.data(), size))
    fail(ErrorCode::kInvalidArgument, "word vectors: a component is not a finite number");
  State& state = *state_;
  state.name = "word vectors";
  state.data.dim = vectors.cols();
  for (const std::string& word : words)
    if (!state.data.words.add(word))
      fail(ErrorCode::kInvalidArgument, "word vectors: the word ", quote(word, 40), " stands twice");
  state.data.vectors = Buffer<float>(size);
  std::memcpy(state.data.vectors.data(), vectors.data(), static_cast<std::size_t>(size) * sizeof(float));
}

WordVectors make_word_vectors(WordData data) {
  auto state = std::make_unique<WordVectors::State>();
  state->name = "word vectors";
  state->data = std::move(data);
  return WordVectors(std::move(state));
}

std::int64_t WordVectors::size() const { return state_->data.words.size(); }
std::int64_t WordVectors::dim() const { return state_->data.dim; }
std::string_view WordVectors::word(std::int64_t id) const { return state_->data.words.word(id); }
std::optional<std::int64_t> WordVectors::find(std::string_view word) const { return state_->data.words.find(word); }
MatView<const float> WordVectors::vectors() const { return state_->vectors(); }
std::int64_t WordVectors::count(std::int64_t id) const {
  if (!state_->data.fasttext) return 0;
  return state_->data.fasttext->dictionary.word_counts[static_cast<std::size_t>(id)];
}
WordFormat WordVectors::format() const { return state_->data.format; }
std::int64_t WordVectors::ngram_buckets() const {
  return state_->data.fasttext ? state_->data.fasttext->settings.buckets : 0;
}

bool WordVectors::vector(std::string_view word, std::span<float> out) const {
  if (std::ssize(out) != dim())
    fail(ErrorCode::kInvalidArgument, "word vectors: expected room for ", dim(), " numbers, found ", out.size());
  if (const auto id = find(word)) {
    std::memcpy(out.data(), vectors().row(*id), out.size_bytes());
    return true;
  }
  if (!state_->data.fasttext) return false;
  std::fill(out.begin(), out.end(), 0.0f);
  const FastTextModel& model = *state_->data.fasttext;
  std::vector<std::int64_t> rows;
  model.append_ngram_rows(word, rows);
  if (rows.empty()) return false;
  for (const std::int64_t row : rows) model.input.add_row(row, out);
  for (float& value : out) value *= 1.0f / static_cast<float>(rows.size());
  return kernels().all_finite(out.data(), dim());  // n-grams are not looked at when a model is loaded
}

const float* WordVectors::inverse_norms(int threads) const {
  State& state = *state_;
  std::call_once(state.measured, [&] {
    constexpr std::int64_t kBlock = 1024;
    constexpr double kLeast = 1e-30;  // squares below, and infinite ones, are taken again in double
    Buffer<float> inverse(size());
    ThreadPool pool(ThreadPool::size_for(threads));
    for_each_block(pool, size(), kBlock, [&](std::int64_t first, std::int64_t count, int) {
      for (std::int64_t id = first; id < first + count; ++id) {
        const std::span<const float> row = vectors().row_span(id);
        double squares = kernels().dot(row.data(), row.data(), dim());
        if (!(squares > kLeast && std::isfinite(squares)))
          squares = std::inner_product(row.begin(), row.end(), row.begin(), 0.0, std::plus<>(),
                                       [](double x, double y) { return x * y; });
        inverse[id] = squares > 0 ? static_cast<float>(1 / std::sqrt(squares)) : 0.0f;
      }
    });
    state.inverse_norms = std::move(inverse);
  });
  return state.inverse_norms.data();
}

}  // namespace sememe
