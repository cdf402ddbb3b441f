#include <algorithm>
#include <optional>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "kernels/training.h"
#include "words/fasttext_train.h"
#include "words/output_layer.h"

namespace sememe {
namespace {

/// The lines of a part of the corpus, one after another.
struct LineBatch {
  std::vector<std::int64_t> rows;
  std::vector<std::int32_t> labels;
  struct Line {
    std::size_t row, rows, label, labels;
    std::int64_t words;
  };
  std::vector<Line> lines;

  void parse(std::string_view text, const FastTextModel& model, std::string_view label) {
    LabelledLine line;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      parse_labelled_line(text.substr(0, end), model, label, line);
      lines.push_back({rows.size(), line.rows.size(), labels.size(), line.labels.size(), line.words});
      rows.insert(rows.end(), line.rows.begin(), line.rows.end());
      labels.insert(labels.end(), line.labels.begin(), line.labels.end());
      text.remove_prefix(end);
    }
  }
};

/// Some megabytes of the corpus, or all of it.
using Chunk = std::vector<LineBatch>;

/// Its lines in an order by chance.
std::vector<std::pair<const LineBatch*, const LineBatch::Line*>> shuffled(const Chunk& chunk, RandomStream random) {
  std::vector<std::pair<const LineBatch*, const LineBatch::Line*>> out;
  for (const LineBatch& batch : chunk)
    for (const LineBatch::Line& line : batch.lines) out.emplace_back(&batch, &line);
  for (std::size_t left = out.size(); left > 1; --left)
    std::swap(out[left - 1], out[random.below(static_cast<std::uint32_t>(left))]);
  return out;
}

/// One line after another: the mean of its rows moves the rows of labels and is moved by them.
class LabelTrainer {
 public:
  explicit LabelTrainer(FastTextModel& model)
      : model_(model),
        loss_(model.settings.loss),
        labels_(model.dictionary.labels.size()),
        stride_(model.input.stride()),
        hidden_(stride_),
        error_(stride_),
        scores_(static_cast<std::size_t>(labels_)) {
    if (loss_ == FastTextSettings::kHierarchicalSoftmax) tree_.emplace(model.dictionary.label_counts);
    if (loss_ == FastTextSettings::kNegativeSampling) noise_.emplace(model.dictionary.label_counts, 0.5);
    if (tree_ || noise_)
      output_.emplace(OutputRule{.noise = noise_ ? &*noise_ : nullptr,
                                 .negative = model.settings.negative,
                                 .tree = tree_ ? &*tree_ : nullptr},
                      stride_);
  }

  /// What is drawn from here on depends on nothing before.
  void begin_chunk(const RandomStream& random) {
    random_ = random;
    lines_ = 0;
  }

  void train(const LineBatch& batch, const LineBatch::Line& line, float lr) {
    const auto rows = std::span(batch.rows).subspan(line.row, line.rows);
    const auto targets = std::span(batch.labels).subspan(line.label, line.labels);
    if (rows.empty() || targets.empty()) return;
    const float part = 1.0f / static_cast<float>(rows.size());
    std::fill(hidden_.begin(), hidden_.end(), 0.0f);
    for (const std::int64_t row : rows) table_.axpy(part, model_.input.row(row), hidden_.data(), stride_);
    std::fill(error_.begin(), error_.end(), 0.0f);
    if (loss_ == FastTextSettings::kOneVsAll) {
      for (std::int64_t i = 0; i < labels_; ++i) {
        const bool is_target = std::find(targets.begin(), targets.end(), i) != targets.end();
        move(i, lr * ((is_target ? 1.0f : 0.0f) - sigmoid_(table_.dot(model_.output.row(i), hidden_.data(), stride_))));
      }
    } else {
      const std::int32_t target = targets[random_.below(static_cast<std::uint32_t>(targets.size()))];
      output_ ? tell(target, lr) : softmax(target, lr);
    }
    for (const std::int64_t row : rows) table_.axpy(part, error_.data(), model_.input.row(row), stride_);
  }

 private:
  void move(std::int64_t label, float gradient) {
    float* const row = model_.output.row(label);
    table_.axpy(gradient, row, error_.data(), stride_);
    table_.axpy(gradient, hidden_.data(), row, stride_);
  }
  void softmax(std::int32_t target, float lr) {
    for (std::int64_t i = 0; i < labels_; ++i)
      scores_[static_cast<std::size_t>(i)] = table_.dot(model_.output.row(i), hidden_.data(), stride_);
    training_kernels().softmax(scores_.data(), 1, labels_);
    for (std::int64_t i = 0; i < labels_; ++i)
      move(i, lr * ((i == target ? 1.0f : 0.0f) - scores_[static_cast<std::size_t>(i)]));
  }
  void tell(std::int32_t target, float lr) {
    constexpr std::int64_t kRenew = 64;  // lines that share the noise
    if (lines_++ % kRenew == 0) output_->begin_block(random_);
    output_->pick(target, random_, [&](std::int64_t i) { return model_.output.row(i); });
    table_.axpy(1, output_->step(hidden_.data(), lr), error_.data(), stride_);
  }

  FastTextModel& model_;
  std::int32_t loss_;
  std::int64_t labels_, stride_, lines_ = 0;
  const KernelTable& table_ = kernels();
  Sigmoid sigmoid_;
  std::optional<HuffmanTree> tree_;
  std::optional<NoiseWords> noise_;
  std::optional<OutputLayer> output_;
  RandomStream random_{0, 0};
  Buffer<float> hidden_, error_;
  std::vector<float> scores_;
};

/// What the bytes depend on, beside the corpus.
TrainingCheckpoint::Settings settings_of(const FastTextOptions& options) {
  return {{"training", "supervised"},
          {"loss", concat(static_cast<int>(options.loss))},
          {"dim", concat(options.dim)},
          {"negative", concat(options.negative)},
          {"min_count", concat(options.min_count)},
          {"min_count_label", concat(options.min_count_label)},
          {"epochs", concat(options.epochs)},
          {"lr", concat(options.lr)},
          {"cooldown", concat(cooldown_of(options))},
          {"word_ngrams", concat(options.word_ngrams)},
          {"min_length", concat(options.min_length)},
          {"max_length", concat(options.max_length)},
          {"buckets", concat(options.buckets)},
          {"label", options.label},
          {"seed", concat(options.seed)}};
}

}  // namespace

void train_labels(FastTextModel& model, std::span<const std::filesystem::path> corpus, const LabelTraining& how,
                  ThreadPool& pool, const WordTrainingProgress& progress, TrainingCheckpoint& checkpoint) {
  LabelTrainer trainer(model);
  const TrainingCheckpoint::Part parts[] = {{"inputs", model.input.floats()}, {"outputs", model.output.floats()}};
  TrainingPlace place = checkpoint.load(parts);
  const std::int64_t total = std::max<std::int64_t>(1, model.dictionary.tokens * how.epochs);
  const auto train_chunk = [&](const Chunk& chunk) {
    trainer.begin_chunk(RandomStream(how.seed, static_cast<std::uint64_t>(place.all_steps)));
    constexpr std::int64_t kReport = 1024;  // lines
    const auto lines = shuffled(chunk, RandomStream(how.seed, ~static_cast<std::uint64_t>(place.all_steps)));
    for (std::int64_t i = 0; i < std::ssize(lines); ++i) {
      const auto& [batch, line] = lines[static_cast<std::size_t>(i)];
      const double left = std::max(0.0, 1 - static_cast<double>(place.items) / static_cast<double>(total));
      trainer.train(*batch, *line, static_cast<float>(how.lr * std::min(1.0, left / how.cooldown)));
      place.items += line->words;
      if (progress && ((i + 1) % kReport == 0 || i + 1 == std::ssize(lines)))
        progress("training", std::min(place.items, total), total);
    }
    ++place.steps;
    ++place.all_steps;
    checkpoint.save_if_due(parts, place);
  };
  std::optional<Chunk> whole;  // a corpus that is one chunk, for the next epochs
  for (; place.epoch < how.epochs; ++place.epoch, place.steps = 0) {
    if (whole) {
      train_chunk(*whole);
      continue;
    }
    std::int64_t trained = place.steps;  // chunks that come again, when a training goes on
    std::int64_t chunks = 0;
    Chunk chunk;
    for_each_chunk(corpus, [&](std::span<const std::string_view> pieces, std::int64_t) {
      ++chunks;
      if (trained-- > 0) return true;
      chunk.assign(pieces.size(), {});
      pool.run(std::ssize(pieces), [&](std::int64_t i, int) {
        const auto at = static_cast<std::size_t>(i);
        chunk[at].parse(pieces[at], model, how.label);
      });
      train_chunk(chunk);
      return true;
    });
    if (chunks == 1 && !chunk.empty()) whole = std::move(chunk);
  }
}

FastTextModel train_fasttext_labels(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                                    const WordTrainingProgress& progress, Word2VecReport* report) {
  ThreadPool pool(ThreadPool::size_for(options.threads));
  TrainingCheckpoint checkpoint(options.checkpoints, settings_of(options));
  CorpusVocabulary vocabulary = count_corpus(corpus,
                                             {.min_count = options.min_count,
                                              .line_end = kEndOfSentence,
                                              .label = options.label,
                                              .min_label_count = options.min_count_label},
                                             pool, progress);
  checkpoint.set_corpus(vocabulary.fingerprint);
  if (vocabulary.labels.size() == 0)
    fail(ErrorCode::kInvalidArgument, "supervised: no label in the corpus; labels are words that begin with ",
         quote(options.label));
  if (report != nullptr) *report = {vocabulary.total, vocabulary.known, vocabulary.known * options.epochs};
  FastTextModel model = start_fasttext(std::move(vocabulary), options);
  SharedRows rows = start_rows(model, options.seed, pool);
  adopt_rows(model, std::move(rows));
  train_labels(model, corpus,
               {.lr = options.lr,
                .cooldown = cooldown_of(options),
                .epochs = options.epochs,
                .seed = options.seed,
                .label = options.label},
               pool, progress, checkpoint);
  require_finite(model);
  return model;
}

}  // namespace sememe
