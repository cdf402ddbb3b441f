#include <algorithm>

#include "base/fail.h"
#include "words/block_queue.h"
#include "words/fasttext_train.h"
#include "words/noise.h"

namespace sememe {

FastTextModel start_fasttext(CorpusVocabulary vocabulary, const FastTextOptions& options) {
  const bool supervised = options.kind == FastTextModelKind::kSupervised;
  FastTextModel model;
  FastTextSettings& s = model.settings;
  s.dim = static_cast<std::int32_t>(options.dim);
  s.window = static_cast<std::int32_t>(options.window);
  s.epochs = static_cast<std::int32_t>(options.epochs);
  s.min_count = static_cast<std::int32_t>(options.min_count);
  s.negative = static_cast<std::int32_t>(options.negative);
  s.word_ngrams = static_cast<std::int32_t>(supervised ? options.word_ngrams : 1);
  s.loss = options.loss == FastTextLoss::kNegativeSampling      ? FastTextSettings::kNegativeSampling
           : options.loss == FastTextLoss::kHierarchicalSoftmax ? FastTextSettings::kHierarchicalSoftmax
           : options.loss == FastTextLoss::kSoftmax             ? FastTextSettings::kSoftmax
                                                                : FastTextSettings::kOneVsAll;
  s.model = supervised                                 ? FastTextSettings::kSupervised
            : options.kind == FastTextModelKind::kCbow ? FastTextSettings::kCbow
                                                       : FastTextSettings::kSkipGram;
  s.min_length = static_cast<std::int32_t>(options.min_length);
  s.max_length = static_cast<std::int32_t>(options.max_length);
  s.buckets = static_cast<std::int32_t>(s.max_length > 0 || s.word_ngrams > 1 ? options.buckets : 0);
  s.update_rate = 100;  // fastText's default, which nothing here depends on
  s.sample = options.sample;
  FastTextDictionary& dictionary = model.dictionary;
  dictionary.words = std::move(vocabulary.words);
  dictionary.labels = std::move(vocabulary.labels);
  dictionary.word_counts = std::move(vocabulary.counts);
  dictionary.label_counts = std::move(vocabulary.label_counts);
  dictionary.tokens = vocabulary.total;
  return model;
}

double cooldown_of(const FastTextOptions& options) {
  if (options.cooldown != 0) return options.cooldown;
  if (options.kind == FastTextModelKind::kSupervised) return 0.5;
  return options.kind == FastTextModelKind::kSkipGram && options.max_length > 0 ? 1 : 0.4;
}

SharedRows start_rows(const FastTextModel& model, std::uint64_t seed, ThreadPool& pool) {
  constexpr std::int64_t kBlock = 4096;
  const FastTextSettings& s = model.settings;
  const std::int64_t words = model.dictionary.words.size(), inputs = words + s.buckets,
                     outputs = s.model == FastTextSettings::kSupervised ? model.dictionary.labels.size() : words;
  SharedRows shared(inputs, outputs, s.dim);
  const float scale = 1.0f / static_cast<float>(s.dim);
  for_each_block(pool, shared.rows, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t row = first; row < first + count; ++row) {
      std::fill_n(shared.row(row), shared.stride, 0.0f);
      if (row >= inputs) continue;
      RandomStream random(seed, static_cast<std::uint64_t>(row));
      for (std::int64_t j = 0; j < s.dim; ++j) shared.row(row)[j] = (2 * random.uniform() - 1) * scale;
    }
  });
  return shared;
}

void adopt_rows(FastTextModel& model, SharedRows rows) {
  const std::int64_t dim = model.settings.dim;
  model.input = FastTextMatrix(std::move(rows.inputs), rows.first_output, dim, rows.stride);
  model.output = FastTextMatrix(std::move(rows.outputs), rows.rows - rows.first_output, dim, rows.stride);
}

void require_finite(const FastTextModel& model) {
  if (!model.input.all_finite() || !model.output.all_finite())
    fail(ErrorCode::kInvalidArgument, "fasttext: the numbers left the range of a float; choose a lower lr");
}

}  // namespace sememe
