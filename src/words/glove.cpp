#include "sememe/glove.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/block_training.h"
#include "words/noise.h"
#include "words/pair_cells.h"
#include "words/pair_counts.h"

namespace sememe {
namespace {

constexpr double kUnit = 1 << 30;  // a count of 1, so that parts of it are whole numbers

void check(std::span<const std::filesystem::path> corpus, const GloveOptions& options) {
  const auto within = [](std::string_view name, std::int64_t value, std::int64_t least, std::int64_t most) {
    require_within("glove", name, value, least, most);
  };
  within("dim", options.dim, 1, 1 << 16);
  within("window", options.window, 1, 1000);
  within("min_count", options.min_count, 1, std::int64_t{1} << 40);
  within("epochs", options.epochs, 1, 1 << 20);
  within("memory", options.memory, std::int64_t{1} << 20, std::int64_t{1} << 50);
  if (!(options.x_max > 0 && std::isfinite(options.x_max)))
    fail(ErrorCode::kInvalidArgument, "glove: x_max is ", options.x_max, "; expected more than 0");
  if (!(options.alpha >= 0 && options.alpha <= 10))
    fail(ErrorCode::kInvalidArgument, "glove: alpha is ", options.alpha, "; expected 0 to 10");
  if (!(options.lr > 0 && options.lr <= 10))
    fail(ErrorCode::kInvalidArgument, "glove: lr is ", options.lr, "; expected more than 0, at most 10");
  require_corpus("glove", corpus);
}

/// Counts the pairs of one text, whose lines are sentences.
class PairCounter {
 public:
  PairCounter(const WordTable& words, const GloveOptions& options) : words_(words) {
    for (std::int64_t distance = 1; distance <= options.window; ++distance)
      parts_.push_back(static_cast<std::uint64_t>(std::llround(kUnit / static_cast<double>(distance))));
  }
  /// How many known words the text has.
  std::int64_t count(std::string_view text, PairCountTable& table) const {
    std::vector<std::int32_t> line;
    std::int64_t known = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      line.clear();
      for_each_word(text.substr(0, end), [&](std::string_view word) {
        const auto id = words_.find(word);
        if (!id) return;
        line.push_back(static_cast<std::int32_t>(*id));
        const std::size_t last = line.size() - 1;
        for (std::size_t distance = 1; distance <= std::min(parts_.size(), last); ++distance)
          table.add(line[last - distance], line[last], parts_[distance - 1]);
      });
      known += std::ssize(line);
      text.remove_prefix(end);
    }
    return known;
  }

 private:
  const WordTable& words_;
  std::vector<std::uint64_t> parts_;  // of each distance
};

/// Vectors, their sums of squared steps and biases, of words or of contexts.
struct Side {
  std::int64_t dim, stride;
  Buffer<float> rows;  // (words, 2 * stride): vector, squares
  std::vector<float> biases, bias_squares;

  Side(std::int64_t words, const GloveOptions& options, std::uint64_t stream, ThreadPool& pool)
      : dim(options.dim),
        stride((options.dim + kLane - 1) / kLane * kLane),
        rows(words * 2 * stride),
        biases(static_cast<std::size_t>(words)),
        bias_squares(static_cast<std::size_t>(words), 1.0f) {
    pool.run(words, [&](std::int64_t id, int) {
      RandomStream random(options.seed, 2 * static_cast<std::uint64_t>(id) + stream);
      const float scale = 1.0f / static_cast<float>(dim);
      std::fill_n(vector(id), stride, 0.0f);
      std::fill_n(squares(id), stride, 1.0f);
      for (std::int64_t j = 0; j < dim; ++j) vector(id)[j] = (random.uniform() - 0.5f) * scale;
      biases[static_cast<std::size_t>(id)] = (random.uniform() - 0.5f) * scale;
    });
  }
  float* vector(std::int64_t id) { return rows.data() + id * 2 * stride; }
  float* squares(std::int64_t id) { return vector(id) + stride; }
  void prefetch(std::int64_t id) const {
    constexpr std::int64_t kLineFloats = 16;
    for (std::int64_t j = 0; j < 2 * stride; j += kLineFloats) __builtin_prefetch(rows.data() + id * 2 * stride + j, 1);
  }
};

/// Biases take whole steps, as in the program.
void move_bias(Side& side, std::int32_t id, float gradient) {
  float &bias = side.biases[static_cast<std::size_t>(id)], &squares = side.bias_squares[static_cast<std::size_t>(id)];
  bias -= gradient / std::sqrt(squares);
  squares += gradient * gradient;
}

/// Learns the records of one cell. Sum of the weighted squared errors.
double train_cell(std::vector<PairRecord>& records, RandomStream random, float lr, Side& words, Side& contexts) {
  constexpr float kLimit = 100;  // of a component of the gradient, as in the program
  constexpr std::size_t kAhead = 2;
  for (std::size_t i = records.size(); i > 1; --i)
    std::swap(records[i - 1], records[random.below(static_cast<std::uint32_t>(i))]);
  const KernelTable& table = kernels();
  double loss = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i + kAhead < records.size()) {
      words.prefetch(records[i + kAhead].word);
      contexts.prefetch(records[i + kAhead].context);
    }
    const PairRecord& r = records[i];
    float *const x = words.vector(r.word), *const y = contexts.vector(r.context);
    const float error = table.dot(x, y, words.stride) + words.biases[static_cast<std::size_t>(r.word)] +
                        contexts.biases[static_cast<std::size_t>(r.context)] - r.log_count;
    const float gradient = r.weight * error;
    loss += 0.5 * gradient * error;
    table.adagrad({.x = x,
                   .y = y,
                   .x_squares = words.squares(r.word),
                   .y_squares = contexts.squares(r.context),
                   .n = words.stride,
                   .gradient = gradient,
                   .rate = lr,
                   .limit = kLimit});
    move_bias(words, r.word, gradient);
    move_bias(contexts, r.context, gradient);
  }
  return loss;
}

/// The rest of one way through all cells, from the `place` on, which is the end of it then. Rounds of cells that share
/// neither words nor contexts, in random order; `done` is called after each.
void train_epoch(const PairCells& cells, TrainingPlace& place, const GloveOptions& options, Side& words, Side& contexts,
                 std::vector<std::vector<PairRecord>>& scratch, ThreadPool& pool, FunctionRef<void()> done) {
  constexpr std::int64_t kSide = PairCells::kSide;
  std::vector<std::int64_t> rounds(kSide);
  std::iota(rounds.begin(), rounds.end(), std::int64_t{0});
  constexpr std::uint64_t kOrderStream = ~std::uint64_t{0} >> 1;
  RandomStream order(options.seed, kOrderStream - static_cast<std::uint64_t>(place.epoch));
  for (std::size_t i = rounds.size(); i > 1; --i)
    std::swap(rounds[i - 1], rounds[order.below(static_cast<std::uint32_t>(i))]);
  while (place.steps < kSide) {
    const std::int64_t round = rounds[static_cast<std::size_t>(place.steps)];
    std::vector<double> losses(kSide);
    std::vector<std::int64_t> sizes(kSide);
    pool.run(kSide, [&](std::int64_t row, int worker) {
      const std::int64_t column = (row + round) % kSide;
      std::vector<PairRecord>& records = scratch[static_cast<std::size_t>(worker)];
      cells.read(row, column, records);
      const auto stream = static_cast<std::uint64_t>((place.epoch * kSide + row) * kSide + column);
      const auto at = static_cast<std::size_t>(row);
      sizes[at] = std::ssize(records);
      losses[at] =
          train_cell(records, RandomStream(~options.seed, stream), static_cast<float>(options.lr), words, contexts);
    });
    place.loss = std::accumulate(losses.begin(), losses.end(), place.loss);
    place.items = std::accumulate(sizes.begin(), sizes.end(), place.items);
    ++place.steps;
    done();
  }
}

/// What the bytes depend on, beside the corpus and the choice of vectors at the end.
TrainingCheckpoint::Settings settings_of(const GloveOptions& options) {
  return {{"training", "glove"},
          {"dim", concat(options.dim)},
          {"window", concat(options.window)},
          {"min_count", concat(options.min_count)},
          {"x_max", concat(options.x_max)},
          {"alpha", concat(options.alpha)},
          {"epochs", concat(options.epochs)},
          {"lr", concat(options.lr)},
          {"seed", concat(options.seed)}};
}

/// All pairs as records, (a, b) and (b, a).
PairCells count_pairs(std::span<const std::filesystem::path> corpus, const GloveOptions& options,
                      const CorpusVocabulary& vocabulary, ThreadPool& pool, const WordTrainingProgress& progress) {
  const PairCounter counter(vocabulary.words, options);
  std::vector<PairCountTable> tables;
  for (int i = 0; i < pool.size(); ++i)
    tables.emplace_back(vocabulary.words.size(), std::max(PairCountTable::kLeastBytes, options.memory / pool.size()));
  std::int64_t done = 0;
  for_each_chunk(corpus, [&](std::span<const std::string_view> pieces, std::int64_t) {
    std::vector<std::int64_t> known(pieces.size());
    pool.run(std::ssize(pieces), [&](std::int64_t i, int worker) {
      const auto at = static_cast<std::size_t>(i);
      known[at] = counter.count(pieces[at], tables[static_cast<std::size_t>(worker)]);
    });
    done = std::accumulate(known.begin(), known.end(), done);
    if (progress) progress("pairs", done, vocabulary.known);
    return true;
  });
  constexpr std::int64_t kPart = 4;  // buffers grow by doubling, and sorted counts wait beside them
  PairCells cells(std::max(PairCountTable::kLeastBytes, options.memory) / kPart);
  merge_pairs(tables, pool, [&](const PairCount& pair) {
    const auto a = static_cast<std::int32_t>(pair.pair >> 32), b = static_cast<std::int32_t>(pair.pair);
    // A word beside itself is both the word and the context of the one occurrence.
    const double count = static_cast<double>(pair.count) / kUnit * (a == b ? 2 : 1);
    const double weight = count > options.x_max ? 1 : std::pow(count / options.x_max, options.alpha);
    const auto log_count = static_cast<float>(std::log(count)), part = static_cast<float>(weight);
    cells.add({a, b, log_count, part});
    if (a != b) cells.add({b, a, log_count, part});
  });
  return cells;
}

}  // namespace

WordVectors train_glove(std::span<const std::filesystem::path> corpus, const GloveOptions& options,
                        const WordTrainingProgress& progress, GloveReport* report) {
  check(corpus, options);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  TrainingCheckpoint checkpoint(options.checkpoints, settings_of(options));
  CorpusVocabulary vocabulary = count_corpus(corpus, {.min_count = options.min_count}, pool, progress);
  checkpoint.set_corpus(vocabulary.fingerprint);
  const std::int64_t size = vocabulary.words.size();
  const PairCells cells = count_pairs(corpus, options, vocabulary, pool, progress);
  if (cells.size() == 0) fail(ErrorCode::kInvalidArgument, "glove: no two words of the corpus stand in one line");
  Side words(size, options, 0, pool), contexts(size, options, 1, pool);
  std::vector<std::vector<PairRecord>> scratch(static_cast<std::size_t>(pool.size()));
  const TrainingCheckpoint::Part parts[] = {{"words", words.rows.span()},
                                            {"words.biases", words.biases},
                                            {"words.bias_squares", words.bias_squares},
                                            {"contexts", contexts.rows.span()},
                                            {"contexts.biases", contexts.biases},
                                            {"contexts.bias_squares", contexts.bias_squares}};
  TrainingPlace place = checkpoint.load(parts);
  double loss = place.loss;
  for (; place.epoch < options.epochs; ++place.epoch, place.steps = 0, place.loss = 0) {
    train_epoch(cells, place, options, words, contexts, scratch, pool, [&] {
      if (progress) progress("training", place.items, cells.size() * options.epochs);
      checkpoint.save_if_due(parts, place);
    });
    loss = place.loss;
  }
  if (report != nullptr) *report = {vocabulary.total, cells.size(), loss / static_cast<double>(cells.size())};
  if (options.vectors == GloveVectors::kContext) std::swap(words, contexts);
  if (options.vectors == GloveVectors::kSum)
    for (std::int64_t id = 0; id < size; ++id) kernels().axpy(1, contexts.vector(id), words.vector(id), words.stride);
  contexts.rows = {};
  Buffer<float> vectors(size * options.dim);
  for (std::int64_t id = 0; id < size; ++id)
    std::copy_n(words.vector(id), options.dim, vectors.data() + id * options.dim);
  return trained_vectors("glove", std::move(vocabulary.words), std::move(vectors), options.dim, options.dim);
}

}  // namespace sememe
