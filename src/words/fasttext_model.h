#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/buffer.h"
#include "io/file.h"
#include "words/product_quantizer.h"
#include "words/subwords.h"
#include "words/word_table.h"

namespace sememe {

/// The arguments that a model was trained with, as they stand in its file.
struct FastTextSettings {
  enum Model : std::int32_t { kCbow = 1, kSkipGram, kSupervised };
  enum Loss : std::int32_t { kHierarchicalSoftmax = 1, kNegativeSampling, kSoftmax, kOneVsAll };

  std::int32_t dim = 0, window = 0, epochs = 0, min_count = 0, negative = 0, word_ngrams = 0, loss = 0, model = 0,
               buckets = 0, min_length = 0, max_length = 0, update_rate = 0;
  double sample = 0;
};

/// Rows of floats, owned or left in the mapped file, or of codes.
class FastTextMatrix {
 public:
  FastTextMatrix() = default;
  /// Floats, not aligned, that live as long as the file.
  FastTextMatrix(const std::byte* floats, std::int64_t rows, std::int64_t cols)
      : mapped_(floats), rows_(rows), cols_(cols) {}
  /// Rows that stand `stride` >= cols floats apart.
  FastTextMatrix(Buffer<float> floats, std::int64_t rows, std::int64_t cols, std::int64_t stride)
      : floats_(std::move(floats)), rows_(rows), cols_(cols), stride_(stride) {}

  struct Codes {
    ProductQuantizer quantizer{1, 1};
    std::vector<std::uint8_t> codes;
    std::optional<ProductQuantizer> norm_quantizer;
    std::vector<std::uint8_t> norm_codes;  ///< of each row, if its length is kept apart

    float norm(std::int64_t row) const {
      return norm_quantizer ? norm_quantizer->centroids()[norm_codes[static_cast<std::size_t>(row)]] : 1.0f;
    }
  };
  FastTextMatrix(Codes codes, std::int64_t rows, std::int64_t cols)
      : codes_(std::move(codes)), rows_(rows), cols_(cols) {}
  /// Of the rows of floats `from`, cut into `part` numbers; `norms`: lengths of rows are kept apart.
  /// Precondition: 256 rows or more.
  static FastTextMatrix quantised(const FastTextMatrix& from, std::int64_t part, bool norms, ThreadPool& pool);

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  const std::optional<Codes>& codes() const { return codes_; }
  void add_row(std::int64_t row, std::span<float> sum) const;
  float dot(std::int64_t row, std::span<const float> x) const;
  /// A row that may be written, whose floats past `cols`, up to `stride`, are zeros. Precondition: owned floats.
  float* row(std::int64_t i) { return floats_.data() + i * stride_; }
  std::int64_t stride() const { return stride_; }
  std::span<float> floats() { return floats_.span(); }  ///< of all rows. Precondition: owned floats
  bool all_finite() const;                              ///< Precondition: owned floats
  /// Precondition: rows of floats. Shapes  out (cols).
  void copy_row(std::int64_t row, float* out) const;

 private:
  const std::byte* mapped_ = nullptr;
  Buffer<float> floats_;
  std::optional<Codes> codes_;
  std::int64_t rows_ = 0, cols_ = 0, stride_ = 0;
};

/// The words and labels of a model.
struct FastTextDictionary {
  WordTable words, labels;
  std::vector<std::int64_t> word_counts, label_counts;
  std::int64_t tokens = 0;  ///< of the corpus
  /// Rows, after those of the words, of the buckets that were kept; absent: all were, in their order.
  std::optional<std::unordered_map<std::int32_t, std::int32_t>> kept;
};

/// A fastText model as its file holds it.
struct FastTextModel {
  std::optional<MappedFile> file;
  FastTextSettings settings;
  FastTextDictionary dictionary;
  bool end_is_a_word = false;  ///< </s> has n-grams too, as in the format without a magic number
  FastTextMatrix input;        ///< rows of words, then of n-grams
  FastTextMatrix output;       ///< a row a label, a word or an inner node

  NgramSettings ngrams() const { return {settings.min_length, settings.max_length, settings.buckets, end_is_a_word}; }
  /// The row of a bucket; -1 if it was pruned.
  std::int64_t row_of_bucket(std::int64_t bucket) const;
  /// Rows of the n-grams of a word are added to `out`.
  void append_ngram_rows(std::string_view word, std::vector<std::int64_t>& out) const;
  /// The vector of a known word: the mean of its own row and those of its n-grams. Shapes  out (dim).
  void word_vector(std::int64_t id, std::span<float> out) const;
};

/// The model of a file, quantised or not. The rows of floats stay in the file.
/// Errors  kCorrupt, with the byte; kUnsupported: another version.
FastTextModel parse_fasttext(MappedFile file, const std::filesystem::path& path);

/// Writes version 12 of the format, whole or not at all.
void save_fasttext(const FastTextModel& model, const std::filesystem::path& path);

inline constexpr std::int32_t kFastTextMagic = 793712314, kFastTextVersion = 12;
inline constexpr std::string_view kEndOfSentence = "</s>";  ///< fastText's own word, which has no n-grams

}  // namespace sememe
