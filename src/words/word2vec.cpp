#include "sememe/word2vec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/fail.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "words/corpus.h"
#include "words/local_rows.h"
#include "words/noise.h"
#include "words/scan.h"

namespace sememe {
namespace {

constexpr std::int64_t kBlockWords = 1024;  // of the corpus, so that a block's rows stay in the L2 cache
constexpr std::int64_t kBlocks = 4;         // at a time, whatever the threads
constexpr std::int64_t kPool = 512;         // noise words of a block, of which each word takes some
constexpr std::int64_t kLane = 16;          // rows are padded to whole vectors

/// 1 / (1 + exp(-x)), from a table; beyond 8 it is 0 or 1 as far as a step can tell.
class Sigmoid {
 public:
  Sigmoid() {
    for (std::size_t i = 0; i < table_.size(); ++i)
      table_[i] = static_cast<float>(1 / (1 + std::exp(kLimit - static_cast<double>(i) / kSteps)));
  }
  float operator()(float x) const {
    if (!(x > -kLimit)) return 0;
    if (x >= kLimit) return 1;
    return table_[static_cast<std::size_t>((x + kLimit) * kSteps)];
  }

 private:
  static constexpr int kLimit = 8, kSteps = 256;
  std::array<float, 2 * kLimit * kSteps + 1> table_{};
};

/// One block of the corpus, trained word by word.
class BlockTrainer {
 public:
  BlockTrainer(const Word2VecOptions& options, const NoiseWords& noise, const std::vector<float>& kept,
               std::int64_t stride)
      : options_(options), noise_(noise), kept_(kept), stride_(stride), error_(stride), mean_(stride) {}

  /// `rows(i, uses)`: where row i stands; `ids`: words, -1 ends a sentence.
  template <class Rows>
  void train(std::span<const std::int32_t> ids, float lr, RandomStream random, Rows&& rows) {
    pool_.clear();
    for (std::int64_t i = 0; i < kPool; ++i) pool_.push_back(noise_.draw(random));
    sentence_.clear();
    for (const std::int32_t id : ids) {
      if (id >= 0) {
        if (kept_[static_cast<std::size_t>(id)] >= random.uniform()) sentence_.push_back(id);
        continue;
      }
      train_sentence(lr, random, rows);
      sentence_.clear();
    }
    train_sentence(lr, random, rows);
  }

 private:
  template <class Rows>
  void train_sentence(float lr, RandomStream& random, Rows&& rows) {
    const std::int64_t size = std::ssize(sentence_);
    for (std::int64_t at = 0; at < size; ++at) {
      const std::int64_t reach = options_.window - random.below(static_cast<std::uint32_t>(options_.window));
      const std::int64_t first = std::max<std::int64_t>(0, at - reach), last = std::min(size, at + reach + 1);
      if (last - first < 2) continue;
      const std::int32_t word = sentence_[static_cast<std::size_t>(at)];
      inputs_.clear();
      for (std::int64_t i = first; i < last; ++i)
        if (i != at) inputs_.push_back(sentence_[static_cast<std::size_t>(i)]);
      if (options_.architecture == Word2VecArchitecture::kCbow) {
        step_cbow(word, lr, random, rows);
        continue;
      }
      for (const std::int32_t input : inputs_) {
        draw_outputs(word, random, rows);
        float* const x = rows(2 * std::int64_t{input}, static_cast<std::int32_t>(outputs_.size()));
        step(x, lr);
        table_.axpy(1, error_.data(), x, stride_);
      }
    }
  }

  /// The word itself, then noise words that are not it.
  template <class Rows>
  void draw_outputs(std::int32_t word, RandomStream& random, Rows&& rows) {
    outputs_.clear();
    outputs_.push_back(rows(2 * std::int64_t{word} + 1, 1));
    for (std::int64_t i = 0; i < options_.negative; ++i) {
      const std::int32_t other = pool_[random.below(kPool)];
      if (other != word) outputs_.push_back(rows(2 * std::int64_t{other} + 1, 1));
    }
  }

  /// Moves the outputs by input `x`, and gathers in error_ how x is to move.
  void step(const float* x, float lr) {
    std::fill(error_.begin(), error_.end(), 0.0f);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const float label = i == 0 ? 1.0f : 0.0f;
      const float gradient = lr * (label - sigmoid_(table_.dot(x, outputs_[i], stride_)));
      table_.axpy(gradient, outputs_[i], error_.data(), stride_);
      table_.axpy(gradient, x, outputs_[i], stride_);
    }
  }
  template <class Rows>
  void step_cbow(std::int32_t word, float lr, RandomStream& random, Rows&& rows) {
    draw_outputs(word, random, rows);
    std::fill(mean_.begin(), mean_.end(), 0.0f);
    for (const std::int32_t input : inputs_)
      table_.axpy(1.0f / static_cast<float>(inputs_.size()), rows(2 * std::int64_t{input}, 1), mean_.data(), stride_);
    step(mean_.data(), lr);
    for (const std::int32_t input : inputs_) table_.axpy(1, error_.data(), rows(2 * std::int64_t{input}, 0), stride_);
  }

  const Word2VecOptions& options_;
  const NoiseWords& noise_;
  const std::vector<float>& kept_;
  std::int64_t stride_;
  const KernelTable& table_ = kernels();
  Sigmoid sigmoid_;
  std::vector<std::int32_t> sentence_, pool_, inputs_;
  std::vector<float*> outputs_;
  Buffer<float> error_, mean_;
};

/// How likely an occurrence of each word is kept.
std::vector<float> kept_parts(const CorpusVocabulary& vocabulary, double sample) {
  std::vector<float> kept;
  for (const std::int64_t count : vocabulary.counts) {
    const double ratio = sample * static_cast<double>(vocabulary.known) / static_cast<double>(count);
    kept.push_back(sample > 0 ? static_cast<float>(std::sqrt(ratio) + ratio) : 1.0f);
  }
  return kept;
}

void check(std::span<const std::filesystem::path> corpus, const Word2VecOptions& options) {
  const auto within = [](std::string_view name, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most)
      fail(ErrorCode::kInvalidArgument, "word2vec: ", name, " is ", value, "; expected 1 to ", most);
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
  if (corpus.empty()) fail(ErrorCode::kInvalidArgument, "word2vec: no corpus");
  for (const std::filesystem::path& file : corpus)
    if (file == "-")
      fail(ErrorCode::kInvalidArgument, "word2vec: standard input cannot be read again for each epoch; give files");
}

/// Cuts the corpus into blocks, and trains kBlocks of them at a time.
class Training {
 public:
  Training(const Word2VecOptions& options, const CorpusVocabulary& vocabulary, ThreadPool& pool,
           const WordTrainingProgress& progress)
      : options_(options),
        vocabulary_(vocabulary),
        pool_(pool),
        progress_(progress),
        noise_(vocabulary.counts),
        kept_(kept_parts(vocabulary, options.sample)) {
    lr_ = options.lr > 0 ? options.lr : options.architecture == Word2VecArchitecture::kCbow ? 0.05 : 0.025;
    shared_.rows = 2 * vocabulary.words.size();
    shared_.stride = (options.dim + kLane - 1) / kLane * kLane;
    shared_.data = Buffer<float>(shared_.rows * shared_.stride, 0.0f);
    pool_.run(vocabulary.words.size(), [&](std::int64_t id, int) {
      const CounterRng rng(options.seed, static_cast<std::uint64_t>(id));
      for (std::int64_t j = 0; j < options.dim; ++j)
        shared_.row(2 * id)[j] = (2 * rng.uniform(static_cast<std::uint64_t>(j)) - 1) / static_cast<float>(options.dim);
    });
    const std::int64_t trainers = options.hogwild ? pool.size() : kBlocks;
    for (std::int64_t i = 0; i < trainers; ++i) trainers_.emplace_back(options, noise_, kept_, shared_.stride);
    if (!options.hogwild)
      for (std::int64_t i = 0; i < kBlocks; ++i)
        locals_.emplace_back(shared_, std::min(shared_.rows, 2 * kBlockWords + kPool));
  }

  void run(std::span<const std::filesystem::path> corpus) {
    const std::int64_t round = options_.hogwild ? 8 * kBlocks : kBlocks;
    for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      read_corpus(corpus, vocabulary_.words, pool_, [&](std::span<const std::int32_t> ids) {
        for (const std::int32_t id : ids) {
          if (id < 0 && (block_.empty() || block_.back() < 0)) continue;
          block_.push_back(id);
          if (std::ssize(block_) == kBlockWords) blocks_.push_back(std::exchange(block_, {}));
        }
        while (std::ssize(blocks_) >= round) train_blocks(round);
      });
      if (!block_.empty()) blocks_.push_back(std::exchange(block_, {}));
      while (!blocks_.empty()) train_blocks(std::min(round, std::ssize(blocks_)));
    }
  }

  Matrix input_vectors() {
    Matrix out(vocabulary_.words.size(), options_.dim);
    for (std::int64_t id = 0; id < out.rows(); ++id)
      std::memcpy(out.row(id).data(), shared_.row(2 * id), out.row(id).size_bytes());
    return out;
  }

 private:
  void train_blocks(std::int64_t count) {
    const auto total = static_cast<double>(vocabulary_.known * options_.epochs);
    const double left = 1 - static_cast<double>(words_done_) / total;
    const double lr = std::max(lr_ * left, lr_ * 1e-4);
    pool_.run(count, [&](std::int64_t i, int worker) {
      const std::vector<std::int32_t>& ids = blocks_[static_cast<std::size_t>(i)];
      const auto number = static_cast<std::uint64_t>(blocks_done_ + i);
      if (options_.hogwild) {
        trainers_[static_cast<std::size_t>(worker)].train(
            ids, static_cast<float>(lr), RandomStream(options_.seed, number),
            [&](std::int64_t row, std::int32_t) { return shared_.row(row); });
      } else {
        LocalRows& local = locals_[static_cast<std::size_t>(i)];
        trainers_[static_cast<std::size_t>(i)].train(
            ids, static_cast<float>(lr), RandomStream(options_.seed, number),
            [&](std::int64_t row, std::int32_t uses) { return local.row(row, uses); });
        local.finish_block();
      }
    });
    if (!options_.hogwild) merge_rows(shared_, locals_, lr, pool_);
    for (std::int64_t i = 0; i < count; ++i)
      words_done_ += std::count_if(blocks_[static_cast<std::size_t>(i)].begin(),
                                   blocks_[static_cast<std::size_t>(i)].end(), [](std::int32_t id) { return id >= 0; });
    blocks_.erase(blocks_.begin(), blocks_.begin() + count);
    blocks_done_ += count;
    if (progress_) progress_("training", words_done_, vocabulary_.known * options_.epochs);
  }

  const Word2VecOptions& options_;
  const CorpusVocabulary& vocabulary_;
  ThreadPool& pool_;
  const WordTrainingProgress& progress_;
  NoiseWords noise_;
  std::vector<float> kept_;
  double lr_ = 0;
  SharedRows shared_;
  std::vector<BlockTrainer> trainers_;
  std::vector<LocalRows> locals_;
  std::vector<std::int32_t> block_;
  std::vector<std::vector<std::int32_t>> blocks_;
  std::int64_t words_done_ = 0, blocks_done_ = 0;
};

}  // namespace

WordVectors train_word2vec(std::span<const std::filesystem::path> corpus, const Word2VecOptions& options,
                           const WordTrainingProgress& progress, Word2VecReport* report) {
  check(corpus, options);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  const CorpusVocabulary vocabulary = count_corpus(corpus, options.min_count, pool, progress);
  Training training(options, vocabulary, pool, progress);
  training.run(corpus);
  if (report != nullptr) *report = {vocabulary.total, vocabulary.known};
  std::vector<std::string> words;
  for (std::int64_t id = 0; id < vocabulary.words.size(); ++id) words.emplace_back(vocabulary.words.word(id));
  return WordVectors(std::move(words), training.input_vectors());
}

}  // namespace sememe
