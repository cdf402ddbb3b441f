#include <algorithm>
#include <cmath>
#include <optional>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/block_training.h"
#include "words/cbow_rounds.h"
#include "words/fasttext_train.h"
#include "words/merged_blocks.h"
#include "words/output_layer.h"
#include "words/skipgram_groups.h"
#include "words/skipgram_rounds.h"

namespace sememe {
namespace {

/// The rows that make each word: its own, then those of its n-grams.
InputRows rows_of_words(const FastTextModel& model) {
  const WordTable& words = model.dictionary.words;
  InputRows out;
  std::vector<std::int64_t> rows;
  for (std::int64_t id = 0; id < words.size(); ++id) {
    rows.assign(1, id);
    model.append_ngram_rows(words.word(id), rows);
    out.add(rows);
  }
  return out;
}

/// Trains one block of the corpus word by word; output rows begin at `first_output`.
class FastTextTrainer {
 public:
  FastTextTrainer(FastTextModelKind kind, const OutputRule& rule, const Windows& windows, const InputRows& word_rows,
                  const SharedRows& shared)
      : kind_(kind),
        windows_(windows),
        word_rows_(word_rows),
        first_output_(shared.first_output),
        stride_(shared.stride),
        output_(rule, stride_),
        place_of_(static_cast<std::size_t>(word_rows.size()), -1),
        hidden_(stride_),
        change_(stride_) {}

  /// `ids`: words, -1 ends a line.
  template <class Rows>
  void train(std::span<const std::int32_t> ids, float lr, RandomStream random, Rows&& rows) {
    output_.begin_block(random);
    windows_.read(ids, random,
                  [&](std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last) {
                    if (at + 1 < std::ssize(sentence)) prefetch(sentence[static_cast<std::size_t>(at + 1)], rows);
                    kind_ == FastTextModelKind::kCbow ? step_cbow(sentence, at, first, last, lr, random, rows)
                                                      : step_skipgram(sentence, at, first, last, lr, random, rows);
                  });
    for (const Place& place : places_) rows(place.row, place.uses);
    for (const std::int32_t word : placed_) place_of_[static_cast<std::size_t>(word)] = -1;
    places_.clear();
    placed_.clear();
  }

 private:
  template <class Rows>
  void step_skipgram(std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last,
                     float lr, RandomStream& random, Rows&& rows) {
    inputs_.clear();
    add_inputs(sentence[static_cast<std::size_t>(at)], rows);
    take_mean();
    std::fill(change_.begin(), change_.end(), 0.0f);
    std::int32_t uses = 0;
    for (std::int64_t i = first; i < last; ++i) {
      if (i == at) continue;
      uses += pick(sentence[static_cast<std::size_t>(i)], random, rows);
      const float* const error = output_.step(hidden_.data(), lr);
      table_.axpy(1, error, hidden_.data(), stride_);  // as it would change if its rows did
      table_.axpy(1, error, change_.data(), stride_);
    }
    move_inputs(uses);
  }

  template <class Rows>
  void step_cbow(std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last,
                 float lr, RandomStream& random, Rows&& rows) {
    inputs_.clear();
    for (std::int64_t i = first; i < last; ++i)
      if (i != at) add_inputs(sentence[static_cast<std::size_t>(i)], rows);
    take_mean();
    pick(sentence[static_cast<std::size_t>(at)], random, rows);
    std::copy_n(output_.step(hidden_.data(), lr), stride_, change_.begin());
    move_inputs(1);
  }

  template <class Rows>
  std::int32_t pick(std::int32_t word, RandomStream& random, Rows&& rows) {
    return output_.pick(word, random, [&](std::int64_t i) { return rows(first_output_ + i, 1); });
  }

  struct Place {
    float* data;
    std::int32_t row, uses;
  };
  /// Where the rows of a word stand, looked up once a block.
  template <class Rows>
  void add_inputs(std::int32_t word, Rows&& rows) {
    const std::span<const std::int32_t> all = word_rows_.of(word);
    std::int32_t& first = place_of_[static_cast<std::size_t>(word)];
    if (first < 0) {
      first = static_cast<std::int32_t>(places_.size());
      for (const std::int32_t row : all) places_.push_back({rows(row, 0), row, 0});
      placed_.push_back(word);
    }
    for (std::size_t i = 0; i < all.size(); ++i) inputs_.push_back(first + static_cast<std::int32_t>(i));
  }
  template <class Rows>
  void prefetch(std::int32_t word, Rows&& rows) const {
    if (place_of_[static_cast<std::size_t>(word)] >= 0) return;
    for (const std::int32_t row : word_rows_.of(word)) rows.prefetch(row);
  }
  float* input(std::size_t i) { return places_[static_cast<std::size_t>(inputs_[i])].data; }
  void take_mean() {
    std::fill(hidden_.begin(), hidden_.end(), 0.0f);
    const float part = 1.0f / static_cast<float>(inputs_.size());
    for (std::size_t i = 0; i < inputs_.size(); ++i) table_.axpy(part, input(i), hidden_.data(), stride_);
  }
  void move_inputs(std::int32_t uses) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      places_[static_cast<std::size_t>(inputs_[i])].uses += uses;
      table_.axpy(1, change_.data(), input(i), stride_);
    }
  }

  FastTextModelKind kind_;
  Windows windows_;
  const InputRows& word_rows_;
  std::int64_t first_output_, stride_;
  const KernelTable& table_ = kernels();
  OutputLayer output_;
  std::vector<std::int32_t> placed_, inputs_;  // inputs_: in places_
  std::vector<Place> places_;                  // of the rows of all words of the block
  std::vector<std::int32_t> place_of_;         // first of each word; -1: not asked for in this block
  Buffer<float> hidden_, change_;
};

/// What the bytes depend on, beside the corpus.
TrainingCheckpoint::Settings settings_of(const FastTextOptions& options) {
  return {{"training", "fasttext"},
          {"architecture", options.kind == FastTextModelKind::kCbow ? "cbow" : "skipgram"},
          {"loss", options.loss == FastTextLoss::kHierarchicalSoftmax ? "hs" : "ns"},
          {"dim", concat(options.dim)},
          {"window", concat(options.window)},
          {"negative", concat(options.negative)},
          {"min_count", concat(options.min_count)},
          {"sample", concat(options.sample)},
          {"epochs", concat(options.epochs)},
          {"lr", concat(options.lr)},
          {"cooldown", concat(cooldown_of(options))},
          {"min_length", concat(options.min_length)},
          {"max_length", concat(options.max_length)},
          {"buckets", concat(options.buckets)},
          {"seed", concat(options.seed)},
          {"hogwild", concat(options.hogwild)}};
}

}  // namespace

FastTextModel train_fasttext_words(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                                   const WordTrainingProgress& progress, Word2VecReport* report) {
  constexpr std::int64_t kMostBlockBytes = std::int64_t{12} << 20;
  constexpr double kNoisePower = 0.5;  // fastText's
  ThreadPool pool(ThreadPool::size_for(options.threads));
  TrainingCheckpoint checkpoint(options.checkpoints, settings_of(options));
  CorpusVocabulary vocabulary =
      count_corpus(corpus, {.min_count = options.min_count, .line_end = kEndOfSentence}, pool, progress);
  checkpoint.set_corpus(vocabulary.fingerprint);
  const std::vector<std::int64_t> counts = vocabulary.counts;
  const std::int64_t known = vocabulary.known;
  FastTextModel model = start_fasttext(std::move(vocabulary), options);
  SharedRows shared = start_rows(model, options.seed, pool);
  const WordTable& words = model.dictionary.words;

  const NoiseWords noise(counts, kNoisePower);
  std::optional<HuffmanTree> tree;
  if (options.loss == FastTextLoss::kHierarchicalSoftmax) tree.emplace(counts);
  const OutputRule rule{.noise = &noise, .negative = options.negative, .tree = tree ? &*tree : nullptr};
  const std::vector<float> kept = kept_parts(counts, model.dictionary.tokens, options.sample);
  const InputRows word_rows = rows_of_words(model);
  const auto line_end = static_cast<std::int32_t>(words.find(kEndOfSentence).value_or(-1));
  const Windows windows(kept, options.window, line_end);
  const std::int64_t row_bytes = shared.stride * static_cast<std::int64_t>(sizeof(float));
  TrainingPlan plan{
      .lr = options.lr,
      .cooldown = cooldown_of(options),
      .epochs = options.epochs,
      .words = std::max<std::int64_t>(1, known - (line_end >= 0 ? counts[static_cast<std::size_t>(line_end)] : 0)),
      .limits = {.weight = std::max<std::int64_t>(kBlockWords, kMostBlockBytes / row_bytes)}};
  const auto train = [&](auto&& method, const auto& weight) {
    return BlockTraining(plan, shared, method, pool, progress).run(corpus, words, weight, checkpoint);
  };
  std::int64_t trained = 0;
  if (options.kind == FastTextModelKind::kSkipGram && !options.hogwild && options.max_length == 0 && !tree) {
    SkipGramGroups groups(rule, windows, options.seed, shared, pool);
    plan.limits = groups.limits();
    trained = train(groups, [&](std::int32_t) { return groups.word_weight(); });
  } else if (options.kind == FastTextModelKind::kSkipGram && !options.hogwild && options.max_length > 0) {
    SkipGramRounds rounds(word_rows, rule, windows, options.seed, shared, pool);
    plan.limits = rounds.limits();
    trained = train(rounds, [&](std::int32_t) { return rounds.word_weight(); });
  } else if (options.kind == FastTextModelKind::kCbow && !options.hogwild && options.max_length > 0) {
    CbowRounds rounds(word_rows, rule, windows, options.seed, shared, pool);
    plan.limits = rounds.limits();
    trained = train(rounds, [](std::int32_t) { return 1; });
  } else {
    const auto make = [&] { return FastTextTrainer(options.kind, rule, windows, word_rows, shared); };
    trained = train(MergedBlocks<FastTextTrainer>(make, options.seed, options.hogwild, shared, pool),
                    [&](std::int32_t word) { return std::ssize(word_rows.of(word)); });
  }
  if (report != nullptr) *report = {model.dictionary.tokens, known, trained};
  adopt_rows(model, std::move(shared));
  require_finite(model);
  return model;
}

}  // namespace sememe
