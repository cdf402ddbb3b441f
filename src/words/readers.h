#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/buffer.h"
#include "io/file.h"
#include "sememe/words.h"
#include "words/fasttext_model.h"
#include "words/word_table.h"

namespace sememe {

/// What a file of word vectors holds.
struct WordData {
  WordTable words;
  Buffer<float> vectors;  ///< (words, dim), maybe more rows than words where some came twice
  std::int64_t dim = 0;
  std::int64_t duplicates = 0;  ///< rows that were left out
  WordFormat format = WordFormat::kText;
  std::shared_ptr<const FastTextModel> fasttext;  ///< whose n-grams make vectors of unknown words
};

/// Precondition: a row a word, finite numbers.
WordVectors make_word_vectors(WordData data);

/// The file to read, and how its beginning reads.
struct WordSource {
  std::filesystem::path path;
  std::string_view bytes;
  std::int64_t limit = 0;  ///< 0: all words
};

constexpr std::int64_t kMaxWords = (std::int64_t{1} << 31) - 1, kMaxDim = 1 << 20;

/// "WORDS DIM" of a first line.
struct WordHeader {
  std::int64_t words = 0, dim = 0;
  std::size_t size = 0;  ///< of the line with its end
};
/// nullopt if the first line is not two whole numbers.
std::optional<WordHeader> find_header(std::string_view bytes);
/// find_header(), or kCorrupt; also when the rest of the file is too short for what it promises, where a row takes
/// at least `fixed` + `each` * dim bytes.
WordHeader read_header(const WordSource& source, std::int64_t fixed, std::int64_t each);

/// Whether the line at the beginning of `bytes` is a word and `dim` numbers; dim 0: one or more.
bool begins_with_text_row(std::string_view bytes, std::int64_t dim);

WordData read_text(const WordSource& source, bool header);
WordData read_binary(const WordSource& source);
WordData read_fasttext(MappedFile file, const WordSource& source);
WordData read_safetensors(const WordSource& source);

/// The file's format, told by its first bytes; kUnsupported or kCorrupt, with advice, if it is none.
WordFormat detect_format(const WordSource& source);
/// Whether the file begins as fastText models do, those without a magic number included.
bool begins_as_fasttext(std::string_view bytes);
bool begins_as_safetensors(std::string_view bytes);

}  // namespace sememe
