#include <algorithm>
#include <numeric>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/block_queue.h"
#include "words/block_training.h"
#include "words/fasttext_state.h"
#include "words/fasttext_train.h"

namespace sememe {
namespace {

/// All rows, those of the longest vectors first, that of </s> before them.
std::vector<std::int64_t> rows_by_length(const FastTextModel& model) {
  const std::int64_t dim = model.settings.dim;
  const std::int64_t line_end = model.dictionary.words.find(kEndOfSentence).value_or(-1);
  std::vector<float> row(static_cast<std::size_t>(dim)), squares;
  for (std::int64_t i = 0; i < model.input.rows(); ++i) {
    model.input.copy_row(i, row.data());
    squares.push_back(kernels().dot(row.data(), row.data(), dim));
  }
  std::vector<std::int64_t> order(squares.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto longer = [&](std::int64_t a, std::int64_t b) {
    if ((a == line_end) != (b == line_end)) return a == line_end;
    const float x = squares[static_cast<std::size_t>(a)], y = squares[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  };
  std::sort(order.begin(), order.end(), longer);
  return order;
}

/// The rows of the longest vectors, that of </s> always: words in their order, then n-grams by their length.
std::vector<std::int64_t> longest_rows(const FastTextModel& model, std::int64_t count) {
  const std::int64_t words = model.dictionary.words.size();
  std::vector<std::int64_t> order = rows_by_length(model);
  order.resize(static_cast<std::size_t>(count));
  const auto ngrams = std::stable_partition(order.begin(), order.end(), [&](std::int64_t i) { return i < words; });
  std::sort(order.begin(), ngrams);
  return order;
}

/// A copy of `model` with owned rows, of which `rows` are kept.
FastTextModel with_rows(const FastTextModel& model, const std::vector<std::int64_t>& rows, bool pruned) {
  FastTextModel out;
  out.settings = model.settings;
  out.end_is_a_word = model.end_is_a_word;
  const FastTextDictionary& from = model.dictionary;
  FastTextDictionary& to = out.dictionary;
  to.labels = from.labels;
  to.label_counts = from.label_counts;
  to.tokens = from.tokens;
  if (pruned) to.kept.emplace();
  for (const std::int64_t row : rows) {
    if (row < from.words.size()) {
      to.words.add(from.words.word(row));
      to.word_counts.push_back(from.word_counts[static_cast<std::size_t>(row)]);
    } else if (pruned) {
      to.kept->emplace(static_cast<std::int32_t>(row - from.words.size()),
                       static_cast<std::int32_t>(std::ssize(*to.kept)));
    }
  }
  const std::int64_t inputs = std::ssize(rows), outputs = model.output.rows();
  SharedRows shared(inputs, outputs, model.settings.dim);
  for (std::int64_t i = 0; i < shared.rows; ++i) std::fill_n(shared.row(i), shared.stride, 0.0f);
  for (std::int64_t i = 0; i < inputs; ++i) model.input.copy_row(rows[static_cast<std::size_t>(i)], shared.row(i));
  for (std::int64_t i = 0; i < outputs; ++i) model.output.copy_row(i, shared.row(inputs + i));
  adopt_rows(out, std::move(shared));
  return out;
}

}  // namespace

std::int64_t FastText::cutoff_for(std::int64_t bytes, const FastTextQuantizeOptions& options) const {
  const FastTextModel& model = state_->model;
  if (!supervised() || quantized())
    fail(ErrorCode::kUnsupported, "fasttext: only models of labels are quantised, and only once");
  require_within("quantize", "part", options.part, 1, dim());
  constexpr std::int64_t kFloat = 4, kCentroids = ProductQuantizer::kCentroids;
  const auto quantizer = [&](std::int64_t numbers) { return 4 * kFloat + kCentroids * numbers * kFloat; };
  // As write_fasttext.cpp has it: magic, version, settings, sizes of the dictionary, a byte and a size of each matrix.
  std::int64_t size = 8 + 12 * 4 + 8 + 3 * 4 + 2 * 8 + 1 + 1 + 16 + 4 + 1 + 16;
  size += quantizer(dim()) + (options.norms ? quantizer(1) : 0);
  const std::int64_t outputs = model.output.rows();
  const std::int64_t output_codes = (dim() + 1) / 2 + (options.norms ? 1 : 0);
  size += options.output ? 1 + 4 + quantizer(dim()) + (options.norms ? quantizer(1) : 0) + outputs * output_codes
                         : outputs * dim() * kFloat;
  const auto entry = [](std::string_view word) { return std::ssize(word) + 1 + 8 + 1; };
  const FastTextDictionary& dictionary = model.dictionary;
  for (std::int64_t i = 0; i < dictionary.labels.size(); ++i) size += entry(dictionary.labels.word(i));
  const std::int64_t codes = (dim() + options.part - 1) / options.part + (options.norms ? 1 : 0);
  std::int64_t all = size, kept = 0;  // without a cutoff, buckets are not listed
  for (std::int64_t row = 0; row < model.input.rows(); ++row)
    all += codes + (row < dictionary.words.size() ? entry(dictionary.words.word(row)) : 0);
  if (all <= bytes) return 0;
  for (const std::int64_t row : rows_by_length(model)) {
    size += codes + (row < dictionary.words.size() ? entry(dictionary.words.word(row)) : 8);
    if (size > bytes) break;
    ++kept;
  }
  if (kept < kCentroids)
    fail(ErrorCode::kInvalidArgument, "quantize: ", bytes, " bytes hold ", kept, " rows of this model; expected ",
         kCentroids, " or more: allow more bytes, or a smaller dim");
  return kept;
}

FastText FastText::quantize(const FastTextQuantizeOptions& options) const {
  const FastTextModel& model = state_->model;
  if (!supervised() || quantized())
    fail(ErrorCode::kUnsupported, "fasttext: only models of labels are quantised, and only once");
  const std::int64_t all = model.input.rows();
  const bool prunes = options.cutoff > 0 && options.cutoff < all;
  require_within("quantize", "part", options.part, 1, dim());
  require_within("quantize", "cutoff", options.cutoff, 0, std::int64_t{1} << 40);
  require_within("quantize", "epochs", options.epochs, 1, 1 << 20);
  if (!(options.lr > 0 && options.lr <= 100))
    fail(ErrorCode::kInvalidArgument, "quantize: lr is ", options.lr, "; expected more than 0, at most 100");
  if (!options.retrain.empty() && !prunes)
    fail(ErrorCode::kInvalidArgument, "quantize: what is left after a cutoff is trained again; give one below ", all);
  for (const auto& [what, rows] : {std::pair{"input", prunes ? options.cutoff : all},
                                   std::pair{"output", options.output ? model.output.rows() : all}})
    if (rows < ProductQuantizer::kCentroids)
      fail(ErrorCode::kInvalidArgument, "quantize: the ", what, " matrix has ", rows, " rows; expected ",
           ProductQuantizer::kCentroids, " or more");
  std::vector<std::int64_t> rows(static_cast<std::size_t>(all));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  if (prunes) rows = longest_rows(model, options.cutoff);
  FastTextModel out = with_rows(model, rows, prunes);
  if (out.dictionary.words.size() == 0) fail(ErrorCode::kInvalidArgument, "quantize: the cutoff leaves no word");
  ThreadPool pool(ThreadPool::size_for(options.threads));
  if (!options.retrain.empty()) {
    constexpr std::uint64_t kSeed = 1;
    require_corpus("quantize", options.retrain);
    TrainingCheckpoint none({}, {});
    train_labels(out, options.retrain,
                 {.lr = options.lr, .epochs = options.epochs, .seed = kSeed, .label = state_->label}, pool, {}, none);
    require_finite(out);
  }
  out.input = FastTextMatrix::quantised(out.input, options.part, options.norms, pool);
  constexpr std::int64_t kOutputPart = 2;
  if (options.output) out.output = FastTextMatrix::quantised(out.output, kOutputPart, options.norms, pool);
  return FastText(std::make_unique<State>(std::move(out), state_->label));
}

}  // namespace sememe
