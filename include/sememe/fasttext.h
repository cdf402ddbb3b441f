#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sememe/word2vec.h"
#include "sememe/words.h"

namespace sememe {

enum class FastTextModelKind {
  kSkipGram,    ///< a word, by its n-grams, tells the words around
  kCbow,        ///< the words around, by their n-grams, tell a word
  kSupervised,  ///< a line tells its label
};

enum class FastTextLoss {
  kNegativeSampling,
  kHierarchicalSoftmax,  ///< a Huffman tree: quick with many classes
  kSoftmax,              ///< supervised only
  kOneVsAll,             ///< supervised only: each label is its own question, so that a line may have several
};

struct FastTextOptions {
  FastTextModelKind kind = FastTextModelKind::kSkipGram;
  FastTextLoss loss = FastTextLoss::kNegativeSampling;
  std::int64_t dim = 100;
  std::int64_t window = 5;
  std::int64_t negative = 5;
  std::int64_t min_count = 5;
  double sample = 1e-4;
  std::int64_t epochs = 5;
  double lr = 0.05;
  /// The last part of the training, in which lr falls to almost 0. 0: all of it, as in fastText, for skip-gram with
  /// n-grams, the last 0.5 of supervised, else the last 0.4.
  double cooldown = 0;
  std::int64_t min_length = 3, max_length = 6;  ///< of character n-grams; max_length 0: there are none
  std::int64_t buckets = 2000000;               ///< rows that n-grams share by their hash
  std::int64_t word_ngrams = 1;                 ///< supervised: runs of up to so many words have a row too
  std::string label = "__label__";              ///< supervised: words that begin so are labels
  std::int64_t min_count_label = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool hogwild = false;  ///< not of supervised: threads write to the same rows without order
  WordCheckpoints checkpoints;

  /// fastText's defaults for classification: softmax, lr 0.1, min_count 1, no character n-grams.
  static FastTextOptions supervised();
};

struct FastTextQuantizeOptions {
  std::int64_t part = 2;    ///< numbers that one byte stands for
  bool norms = false;       ///< lengths of rows are kept apart
  bool output = false;      ///< the rows of labels are quantised too
  std::int64_t cutoff = 0;  ///< keep so many rows, those of the longest vectors; 0: all
  /// Train the kept rows again on this corpus before they are quantised; empty: no. Needs a cutoff.
  std::vector<std::filesystem::path> retrain;
  std::int64_t epochs = 5;
  double lr = 0.1;
  int threads = 0;
};

/// How to look for the options of a classifier.
struct AutotuneOptions {
  std::filesystem::path validation;  ///< labelled lines that trials are judged by
  std::int64_t trials = 0;       ///< exactly so many, and the result does not depend on the machine; 0: by `seconds`
  double seconds = 300;          ///< a trial that is not done by then is given up
  std::string label;             ///< the F1 of this label counts; empty: of all
  std::int64_t model_bytes = 0;  ///< each trial is quantised and cut off so that its file is no larger; 0: it is not
  /// What stays as it is in the options: "epochs", "lr", "dim", "word_ngrams", "ngrams" (of characters), "buckets".
  std::vector<std::string> fixed;
};

struct AutotuneTrial;

struct LabelScore {
  std::string label;
  float score = 0;  ///< probability, plus 0.00001 as fastText has it
};

struct LabelScores {
  std::int64_t lines = 0;  ///< that have a label and a word
  double precision = 0, recall = 0;
  double f1() const { return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0; }
};

/// A fastText model: vectors of words and of their character n-grams, and classes.
///
/// Values   trained with the same seed, the bytes are equal for any number of threads, unless `hogwild`. Skip-gram with
///          character n-grams takes turns: in some 1,000 words of the corpus the vectors of words move against those of
///          outputs, then those of outputs against them, and noise is drawn from 2,048 words; without n-grams words are
///          learnt as train_word2vec does. CBOW with character n-grams is learnt by one thread, and the rows of n-grams
///          take a turn's changes on all. Where words share most of their rows, turns are shorter. Classes are learnt
///          one line after another by one thread, in an order by chance within some megabytes; other threads read the
///          lines.
/// Threads  const functions may be called from many threads at once.
/// Memory   training: (words + buckets) and (words or labels) rows, and less than 64 MiB a thread. Loaded models stay
///          in the mapped file.
/// Source   Bojanowski et al. 2017, "Enriching word vectors with subword information"; Joulin et al. 2017, "Bag of
///          tricks for efficient text classification", and 2016, "FastText.zip"; fastText 0.9.
class FastText {
 public:
  /// Reads .bin and .ftz files, versions 11, 12 and the one before them.
  /// Errors  kCorrupt, with the byte; kUnsupported: another version; kNotFound; kIo.
  static FastText load(const std::filesystem::path& path);

  /// Trains on lines of words separated by ASCII white space, gzip or not; each end of a line is the word </s>.
  /// Errors  kInvalidArgument: an option out of range, no word or no label left, numbers that left the range of a
  ///         float (a lower lr helps); those of train_word2vec.
  static FastText train(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                        const WordTrainingProgress& progress = {}, Word2VecReport* report = nullptr);

  /// Trains classifiers with other options, from `options` on, near the best so far and ever nearer. The best of them;
  /// of equal ones the first. `tried` hears of each trial, whose options train() makes the same model of.
  /// Errors  those of train() and test(), of the first trial; kInvalidArgument: no trial ended in time, an option out
  ///         of range, model_bytes that 256 rows do not fit in; kUnsupported: checkpoints.
  /// Source  fastText 0.9, autotune.cc.
  static FastText autotune(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                           const AutotuneOptions& how, const std::function<void(const AutotuneTrial&)>& tried = {},
                           const WordTrainingProgress& progress = {});

  /// Writes version 12 of fastText's format, whole or not at all: .bin, or .ftz if quantised. Errors  kIo.
  void save(const std::filesystem::path& path) const;

  bool supervised() const;
  bool quantized() const;
  std::int64_t dim() const;
  std::int64_t size() const;  ///< words
  std::vector<std::string> labels() const;

  /// The vectors of all words, as WordVectors::load gives them; unknown words have none there.
  WordVectors vectors() const;

  /// The `k` likeliest labels of a line whose score is at least `threshold`, the likeliest first; none for a line
  /// without a known word. A line feed ends the line.
  /// Errors  kInvalidArgument: k < 1; kUnsupported: not supervised.
  std::vector<LabelScore> predict(std::string_view line, std::int64_t k = 1, float threshold = 0) const;

  /// Precision and recall of predict() on a file of labelled lines; of one label, if it is named.
  /// Errors  as predict(); those of files; kNotFound: there is no such label.
  LabelScores test(const std::filesystem::path& file, std::int64_t k = 1, float threshold = 0,
                   std::string_view label = {}) const;

  /// A smaller copy. Errors  kUnsupported: not supervised, quantised already; kInvalidArgument: fewer than 256 rows,
  /// options out of range.
  FastText quantize(const FastTextQuantizeOptions& options = {}) const;

  /// The largest cutoff whose quantised file has at most `bytes` bytes; 0: all rows fit.
  /// Errors  as quantize(); kInvalidArgument: 256 rows do not fit.
  std::int64_t cutoff_for(std::int64_t bytes, const FastTextQuantizeOptions& options) const;

  FastText(FastText&&) noexcept;
  FastText& operator=(FastText&&) noexcept;
  ~FastText();

 private:
  struct State;
  explicit FastText(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One trial of FastText::autotune.
struct AutotuneTrial {
  std::int64_t number = 0;  ///< from 1
  FastTextOptions options;
  double f1 = 0;  ///< negative: the training failed
  bool best = false;
};

}  // namespace sememe
