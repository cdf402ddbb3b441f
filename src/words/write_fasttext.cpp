#include <bit>
#include <cstring>
#include <type_traits>

#include "io/file.h"
#include "words/fasttext_model.h"

namespace sememe {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

template <class T>
void put(AtomicFile& file, T value) {
  static_assert(std::is_arithmetic_v<T>);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  file.write({bytes, sizeof value});
}

template <class T>
void put_all(AtomicFile& file, std::span<const T> values) {
  file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void put_quantizer(AtomicFile& file, const ProductQuantizer& quantizer) {
  for (const std::int64_t n : {quantizer.dim(), quantizer.parts(), quantizer.part(), quantizer.last_part()})
    put(file, static_cast<std::int32_t>(n));
  put_all(file, quantizer.centroids());
}

void put_matrix(AtomicFile& file, const FastTextMatrix& matrix) {
  if (const auto& codes = matrix.codes()) put(file, static_cast<std::int8_t>(codes->norm_quantizer ? 1 : 0));
  put(file, matrix.rows());
  put(file, matrix.cols());
  if (const auto& codes = matrix.codes()) {
    put(file, static_cast<std::int32_t>(codes->codes.size()));
    put_all<std::uint8_t>(file, codes->codes);
    put_quantizer(file, codes->quantizer);
    if (codes->norm_quantizer) {
      put_all<std::uint8_t>(file, codes->norm_codes);
      put_quantizer(file, *codes->norm_quantizer);
    }
    return;
  }
  std::vector<float> row(static_cast<std::size_t>(matrix.cols()));
  for (std::int64_t i = 0; i < matrix.rows(); ++i) {
    matrix.copy_row(i, row.data());
    put_all<float>(file, row);
  }
}

void put_dictionary(AtomicFile& file, const FastTextDictionary& dictionary) {
  const std::int64_t words = dictionary.words.size(), labels = dictionary.labels.size();
  for (const std::int64_t n : {words + labels, words, labels}) put(file, static_cast<std::int32_t>(n));
  put(file, dictionary.tokens);
  put(file, dictionary.kept ? std::ssize(*dictionary.kept) : std::int64_t{-1});
  const auto put_entries = [&](const WordTable& table, const std::vector<std::int64_t>& counts, std::int8_t type) {
    for (std::int64_t i = 0; i < table.size(); ++i) {
      file.write(table.word(i));
      file.write(std::string_view("\0", 1));
      put(file, counts[static_cast<std::size_t>(i)]);
      put(file, type);
    }
  };
  put_entries(dictionary.words, dictionary.word_counts, 0);
  put_entries(dictionary.labels, dictionary.label_counts, 1);
  if (!dictionary.kept) return;
  std::vector<std::int32_t> bucket_of(dictionary.kept->size());  // by row, so that the bytes are always the same
  for (const auto& [bucket, row] : *dictionary.kept) bucket_of[static_cast<std::size_t>(row)] = bucket;
  for (std::size_t row = 0; row < bucket_of.size(); ++row) {
    put(file, bucket_of[row]);
    put(file, static_cast<std::int32_t>(row));
  }
}

}  // namespace

void save_fasttext(const FastTextModel& model, const std::filesystem::path& path) {
  AtomicFile file(path);
  for (const std::int32_t number : {kFastTextMagic, kFastTextVersion}) put(file, number);
  const FastTextSettings& s = model.settings;
  for (const std::int32_t setting : {s.dim, s.window, s.epochs, s.min_count, s.negative, s.word_ngrams, s.loss, s.model,
                                     s.buckets, s.min_length, s.max_length, s.update_rate})
    put(file, setting);
  put(file, s.sample);
  put_dictionary(file, model.dictionary);
  put(file, static_cast<std::int8_t>(model.input.codes() ? 1 : 0));
  put_matrix(file, model.input);
  put(file, static_cast<std::int8_t>(model.output.codes() ? 1 : 0));
  put_matrix(file, model.output);
  file.commit();
}

}  // namespace sememe
