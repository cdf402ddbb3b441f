#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/matrix.h"

namespace sememe {

struct CodeRows;
struct WordData;

/// Files of word vectors.
enum class WordFormat {
  kText,      ///< word2vec text, fastText .vec: "WORDS DIM", then a word and DIM numbers a line
  kBinary,    ///< word2vec binary: the same first line, then a word, a space and DIM little-endian floats each
  kGlove,     ///< GloVe text: as kText without its first line
  kFastText,  ///< fastText .bin and .ftz, versions 11, 12 and the one before them: also vectors of unknown words; read
              ///< only
  kSafetensors,  ///< 'vectors' (words, dim), 'words' (text, a word a line) and, for bytes, 'scales' (words); read also
                 ///< as 'embeddings' with vocab.txt or tokenizer.json beside it, as model2vec has them
};

std::optional<WordFormat> parse_word_format(
    std::string_view name);  ///< "text", "binary", "glove", "fasttext", "safetensors"
std::string_view word_format_name(WordFormat format);

struct WordLoadOptions {
  std::optional<WordFormat> format;  ///< absent: told by the first bytes
  std::int64_t limit = 0;            ///< read only the first words; 0 is all
};

struct WordSaveOptions {
  WordFormat format = WordFormat::kText;
  bool bytes = false;  ///< kSafetensors: a byte a component and a scale a row, a quarter of the size
  std::string space;   ///< stands for spaces inside words, which no format can hold; empty: they are an error
};

/// A word and how close it is; `id` is its row.
struct ScoredWord {
  std::int64_t id = 0;
  float score = 0;
};

enum class AnalogyMethod {
  kAdd,        ///< 3CosAdd: cosine with the sum of the unit vectors
  kMul,        ///< 3CosMul: product of (1 + cosine) / 2 of the one side over that of the other plus 1e-6
  kDirection,  ///< PairDirection: cosine of the way to the answer with that of the pairs; for related() alone
};

/// Words that a question adds and takes away: king - man + woman is {{"king", "woman"}, {"man"}}.
struct WordQuery {
  std::vector<std::string> positive, negative;
};

/// What `word` is to the answer, told by pairs: {{{"man", "king"}, {"son", "prince"}}, "woman"}.
struct WordRelation {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::string word;
};

/// One vector per word, as Word2Vec, GloVe and fastText make them: read, written and asked.
///
/// Values   words are bytes, mostly UTF-8, in the order of the file, each once. Vectors are float32 and finite.
///          Answers are ordered by score, equal ones by id; they do not depend on the number of threads or on the
///          questions beside them.
/// Threads  const functions may be called from many threads at once. The first question measures all vectors.
/// Memory   4 bytes a component, and an eighth more from the second question on that large files are asked; n-grams of
///          fastText stay in the mapped file.
/// Source   gensim 4.4 KeyedVectors; Mikolov et al. 2013, "Linguistic regularities in
/// continuous space word
///          representations" (3CosAdd); Levy and Goldberg 2014, "Linguistic regularities in sparse and explicit word
///          representations" (3CosMul); Bojanowski et al. 2017, "Enriching word vectors with subword information".
class WordVectors {
 public:
  /// Reads a file, or the model.safetensors of a folder. A word that comes again is left out, with a warning in the
  /// log, as gensim does. Errors  kCorrupt, with line or byte offset: counts that disagree with the contents, a line
  /// with too few or too
  ///         many numbers, NaN and infinities, an end that comes early; kUnsupported: pickles, compressed files;
  ///         kNotFound; kIo.
  static WordVectors load(const std::filesystem::path& path, const WordLoadOptions& options = {});

  /// Shapes  vectors (words, D). Errors  kInvalidArgument: no words, a word twice, other shapes, no finite number.
  WordVectors(std::vector<std::string> words, Matrix vectors);

  /// Writes a file, whole or not at all. Text formats hold every float exactly, as Python writes it.
  /// Errors  kInvalidArgument: a word that the format cannot hold (see WordSaveOptions); kUnsupported: kFastText; kIo.
  void save(const std::filesystem::path& path, const WordSaveOptions& options = {}) const;

  std::int64_t size() const;  ///< words
  std::int64_t dim() const;   ///< D
  std::string_view word(std::int64_t id) const;
  std::optional<std::int64_t> find(std::string_view word) const;
  MatView<const float> vectors() const;       ///< (words, D), as they are in the file
  std::int64_t count(std::int64_t id) const;  ///< of the word in the corpus, as fastText .bin keep it; 0: not known
  WordFormat format() const;                  ///< of the file; kText for vectors made by hand
  std::int64_t ngram_buckets() const;         ///< fastText's; 0: unknown words have no vectors

  /// The vector of a word, known or made of its n-grams; false if it has none.
  /// Shapes  out (D). Errors  kInvalidArgument: another shape.
  bool vector(std::string_view word, std::span<float> out) const;

  /// Throws kNotFound, with suggestions, unless vector() has one for `word`.
  void require(std::string_view word) const;

  /// Known words that are likely meant by an unknown one, the likeliest first: other cases of its letters, then those
  /// within two edits.
  std::vector<std::string> suggestions(std::string_view word, std::int64_t count = 3) const;

  /// The `k` nearest words of each query by cosine; `excluded` are rows that no answer holds, empty or one list a
  /// query. Only the first `among` rows are looked at; 0 is all.
  /// Shapes  queries (N, D) -> N lists of at most k.
  std::vector<std::vector<ScoredWord>> nearest(MatView<const float> queries, std::int64_t k,
                                               std::span<const std::vector<std::int64_t>> excluded = {},
                                               std::int64_t among = 0, int threads = 0) const;

  /// The words closest to positive - negative, those of the question left out.
  /// Errors  kNotFound: a word without a vector (says what may be meant); kInvalidArgument: no word at all, kDirection.
  std::vector<ScoredWord> closest(const WordQuery& query, std::int64_t k, AnalogyMethod method = AnalogyMethod::kAdd,
                                  int threads = 0) const;

  /// The words that are to `relation.word` as the second of each pair is to the first, the words of the question left
  /// out. Unit vectors; of several pairs the mean of the differences counts, so that kAdd is 3CosAvg.
  /// Errors  kNotFound; kInvalidArgument: no pair, kMul.
  /// Source  Levy and Goldberg 2014 (PairDirection); Drozd, Gladkova and Matsuoka 2016, "Word embeddings, analogies,
  /// and
  ///         machine learning: beyond king - man + woman = queen" (3CosAvg).
  std::vector<ScoredWord> related(const WordRelation& relation, std::int64_t k,
                                  AnalogyMethod method = AnalogyMethod::kAdd, int threads = 0) const;

  /// Cosine of two words, or of the mean vectors of two groups of words. Errors  kNotFound, kInvalidArgument.
  float similarity(std::span<const std::string> a, std::span<const std::string> b) const;

  /// Words and their cosines with the mean of all of them, scaled to length 1 before: the smallest, which is the odd
  /// one, first. The ids are places in `words`. Errors  kNotFound, kInvalidArgument.
  std::vector<ScoredWord> odd_one_out(std::span<const std::string> words) const;

  WordVectors(WordVectors&&) noexcept;
  WordVectors& operator=(WordVectors&&) noexcept;
  ~WordVectors();

 private:
  struct State;
  friend WordVectors make_word_vectors(WordData data);
  explicit WordVectors(std::unique_ptr<State> state);
  const float* inverse_norms(int threads) const;  ///< of each row, 0 for zeros; made when first asked for

  const CodeRows* code_rows(int threads) const;  ///< a small copy for repeated questions; nullptr: not worth it

  std::unique_ptr<State> state_;
};

struct WordEvalOptions {
  std::int64_t restrict_vocab = 300000;  ///< only the first words count; 0 is all
  bool case_sensitive = false;
  int threads = 0;
};

struct WordPairsResult {
  double spearman = 0, pearson = 0;  ///< NaN where fewer than two pairs are covered or all are alike
  std::int64_t pairs = 0;            ///< of the file
  std::int64_t covered = 0;          ///< both of whose words are known
  std::int64_t skipped_lines = 0;    ///< that are no pair and a number
};

/// Correlation of the cosines with the judgements of people. A line is two words and a number, separated by tabs; lines
/// that begin with # are comments.
/// Errors  kNotFound; kInvalidArgument: no pair in the file.  Source  gensim's evaluate_word_pairs.
WordPairsResult evaluate_word_pairs(const WordVectors& vectors, const std::filesystem::path& pairs,
                                    const WordEvalOptions& options = {});

struct AnalogySection {
  std::string name;
  std::int64_t correct = 0, asked = 0, skipped = 0;  ///< skipped: a word is unknown
};

struct WordAnalogiesResult {
  std::vector<AnalogySection> sections;  ///< in the order of the file
  AnalogySection total;
  std::int64_t skipped_lines = 0;  ///< that are not four words
};

/// Questions A B C D, a line each: is D the word closest to B - A + C? Sections begin with ": NAME".
/// Errors  kNotFound; kInvalidArgument: no question in the file.  Source  gensim's evaluate_word_analogies, which
/// counts as word2vec's compute-accuracy does.
WordAnalogiesResult evaluate_word_analogies(const WordVectors& vectors, const std::filesystem::path& questions,
                                            const WordEvalOptions& options = {});

}  // namespace sememe
