#include "sememe/word2vec.h"

#include <algorithm>
#include <optional>

#include "base/fail.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "words/block_training.h"
#include "words/merged_blocks.h"
#include "words/output_layer.h"
#include "words/skipgram_groups.h"
#include "words/windows.h"

namespace sememe {
namespace {

/// Trains one block of the corpus word by word. Row `id` is a word as input; row `words + id` the same as output, or
/// the inner node `id` of the tree.
class Word2VecTrainer {
 public:
  Word2VecTrainer(Word2VecArchitecture architecture, const OutputRule& rule, const Windows& windows,
                  std::int64_t first_output, std::int64_t stride)
      : architecture_(architecture),
        windows_(windows),
        first_output_(first_output),
        stride_(stride),
        output_(rule, stride),
        mean_(stride) {}

  /// `ids`: words, -1 ends a sentence.
  template <class Rows>
  void train(std::span<const std::int32_t> ids, float lr, RandomStream random, Rows&& rows) {
    output_.begin_block(random);
    const auto output_row = [&](std::int64_t i) { return rows(first_output_ + i, 1); };
    windows_.read(ids, random,
                  [&](std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last) {
                    const std::int32_t word = sentence[static_cast<std::size_t>(at)];
                    inputs_.clear();
                    for (std::int64_t i = first; i < last; ++i)
                      if (i != at) inputs_.push_back(sentence[static_cast<std::size_t>(i)]);
                    if (architecture_ == Word2VecArchitecture::kCbow) {
                      output_.pick(word, random, output_row);
                      step_mean(lr, rows);
                      return;
                    }
                    for (const std::int32_t input : inputs_) {
                      float* const x = rows(input, output_.pick(word, random, output_row));
                      table_.axpy(1, output_.step(x, lr), x, stride_);
                    }
                  });
  }

 private:
  template <class Rows>
  void step_mean(float lr, Rows&& rows) {
    std::fill(mean_.begin(), mean_.end(), 0.0f);
    for (const std::int32_t input : inputs_)
      table_.axpy(1.0f / static_cast<float>(inputs_.size()), rows(input, 1), mean_.data(), stride_);
    const float* const error = output_.step(mean_.data(), lr);
    for (const std::int32_t input : inputs_) table_.axpy(1, error, rows(input, 0), stride_);
  }

  Word2VecArchitecture architecture_;
  Windows windows_;
  std::int64_t first_output_, stride_;
  const KernelTable& table_ = kernels();
  OutputLayer output_;
  std::vector<std::int32_t> inputs_;
  Buffer<float> mean_;
};

void check(std::span<const std::filesystem::path> corpus, const Word2VecOptions& options) {
  const auto within = [](std::string_view name, std::int64_t value, std::int64_t most) {
    require_within("word2vec", name, value, 1, most);
  };
  within("dim", options.dim, 1 << 16);
  within("window", options.window, 1000);
  within("negative", options.negative, 1000);
  within("min_count", options.min_count, std::int64_t{1} << 40);
  within("epochs", options.epochs, 1 << 20);
  if (!(options.sample >= 0 && options.sample <= 1))
    fail(ErrorCode::kInvalidArgument, "word2vec: sample is ", options.sample, "; expected 0 to 1");
  if (!(options.lr >= 0 && options.lr <= 10))
    fail(ErrorCode::kInvalidArgument, "word2vec: lr is ", options.lr, "; expected more than 0, at most 10");
  require_cooldown("word2vec", options.cooldown);
  require_corpus("word2vec", corpus);
}

double first_rate(const Word2VecOptions& options) {
  return options.lr > 0 ? options.lr : options.architecture == Word2VecArchitecture::kCbow ? 0.05 : 0.025;
}

/// What the bytes depend on, beside the corpus.
TrainingCheckpoint::Settings settings_of(const Word2VecOptions& options) {
  return {{"training", "word2vec"},
          {"architecture", options.architecture == Word2VecArchitecture::kCbow ? "cbow" : "skipgram"},
          {"dim", concat(options.dim)},
          {"window", concat(options.window)},
          {"negative", concat(options.negative)},
          {"hierarchical_softmax", concat(options.hierarchical_softmax)},
          {"min_count", concat(options.min_count)},
          {"sample", concat(options.sample)},
          {"epochs", concat(options.epochs)},
          {"lr", concat(first_rate(options))},
          {"cooldown", concat(options.cooldown)},
          {"seed", concat(options.seed)},
          {"hogwild", concat(options.hogwild)}};
}

SharedRows start_values(const Word2VecOptions& options, std::int64_t words, ThreadPool& pool) {
  SharedRows shared(words, words, options.dim);
  pool.run(words, [&](std::int64_t id, int) {
    std::fill_n(shared.row(id), shared.stride, 0.0f);
    std::fill_n(shared.row(words + id), shared.stride, 0.0f);
    const CounterRng rng(options.seed, static_cast<std::uint64_t>(id));
    for (std::int64_t j = 0; j < options.dim; ++j)
      shared.row(id)[j] = (2 * rng.uniform(static_cast<std::uint64_t>(j)) - 1) / static_cast<float>(options.dim);
  });
  return shared;
}

}  // namespace

WordVectors train_word2vec(std::span<const std::filesystem::path> corpus, const Word2VecOptions& options,
                           const WordTrainingProgress& progress, Word2VecReport* report) {
  check(corpus, options);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  TrainingCheckpoint checkpoint(options.checkpoints, settings_of(options));
  CorpusVocabulary vocabulary = count_corpus(corpus, {.min_count = options.min_count}, pool, progress);
  checkpoint.set_corpus(vocabulary.fingerprint);
  const std::int64_t size = vocabulary.words.size();
  SharedRows shared = start_values(options, size, pool);
  const NoiseWords noise(vocabulary.counts);
  std::optional<HuffmanTree> tree;
  if (options.hierarchical_softmax) tree.emplace(vocabulary.counts);
  const OutputRule rule{.noise = &noise, .negative = options.negative, .tree = tree ? &*tree : nullptr};
  const std::vector<float> kept = kept_parts(vocabulary.counts, vocabulary.known, options.sample);
  const Windows windows(kept, options.window, -1);
  TrainingPlan plan{
      .lr = first_rate(options), .cooldown = options.cooldown, .epochs = options.epochs, .words = vocabulary.known};
  const auto train = [&](auto&& method, std::int64_t weight) {
    return BlockTraining(plan, shared, method, pool, progress)
        .run(
            corpus, vocabulary.words, [&](std::int32_t) { return weight; }, checkpoint);
  };
  std::int64_t trained = 0;
  if (options.architecture == Word2VecArchitecture::kSkipGram && !options.hogwild && !tree) {
    SkipGramGroups groups(rule, windows, options.seed, shared, pool);
    plan.limits = groups.limits();
    trained = train(groups, groups.word_weight());
  } else {
    const auto make = [&] { return Word2VecTrainer(options.architecture, rule, windows, size, shared.stride); };
    trained = train(MergedBlocks<Word2VecTrainer>(make, options.seed, options.hogwild, shared, pool), 1);
  }
  if (report != nullptr) *report = {vocabulary.total, vocabulary.known, trained};
  shared.outputs = {};
  return trained_vectors("word2vec", std::move(vocabulary.words), std::move(shared.inputs), options.dim, shared.stride);
}

}  // namespace sememe
