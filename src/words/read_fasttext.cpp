#include <algorithm>
#include <cstring>
#include <utility>

#include "base/fail.h"
#include "io/little_endian.h"
#include "kernels/kernels.h"
#include "words/readers.h"

namespace sememe {
namespace {

constexpr std::int32_t kMagic = 793712314, kVersion = 12, kSupervised = 3;
constexpr std::int32_t kLongestNgram = 255;
constexpr std::size_t kLongestWord = 1 << 16;
constexpr std::string_view kEarly = "; it may have been cut off";

/// Takes values from the front of a file.
class Cursor {
 public:
  explicit Cursor(const WordSource& source) : source_(source) {}

  template <class T>
  T take(std::string_view what) {
    return read_little<T>(take_bytes(sizeof(T), what));
  }
  std::string_view take_bytes(std::size_t size, std::string_view what) {
    if (left() < size)
      fail(ErrorCode::kCorrupt, source_.path.string(), ": byte ", at_, ": the file ends within ", what, kEarly);
    at_ += size;
    return source_.bytes.substr(at_ - size, size);
  }
  std::string_view take_word() {
    const std::size_t length = source_.bytes.substr(at_, kLongestWord).find('\0');
    if (length == std::string_view::npos && left() >= kLongestWord)
      refuse("a word has no end within ", kLongestWord, " bytes");
    if (length == std::string_view::npos)
      fail(ErrorCode::kCorrupt, source_.path.string(), ": byte ", at_, ": the file ends within a word", kEarly);
    const std::string_view word = source_.bytes.substr(at_, length);
    at_ += length + 1;
    return word;
  }
  std::size_t left() const { return source_.bytes.size() - at_; }
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(ErrorCode::kCorrupt, source_.path.string(), ": byte ", at_, ": ", parts...);
  }

 private:
  const WordSource& source_;
  std::size_t at_ = 0;
};

/// The arguments that a model was trained with, as they stand in the file.
struct Settings {
  std::int32_t dim, window, epochs, min_count, negative, word_ngrams, loss, model, buckets, min_length, max_length,
      update_rate;
  double sample;
};

Settings take_settings(Cursor& cursor) {
  Settings s{};
  for (std::int32_t* field : {&s.dim, &s.window, &s.epochs, &s.min_count, &s.negative, &s.word_ngrams, &s.loss,
                              &s.model, &s.buckets, &s.min_length, &s.max_length, &s.update_rate})
    *field = cursor.take<std::int32_t>("the settings");
  s.sample = cursor.take<double>("the settings");
  return s;
}

bool plausible(const Settings& s) {
  return s.dim >= 1 && s.dim <= kMaxDim && s.loss >= 1 && s.loss <= 4 && s.model >= 1 && s.model <= 3 &&
         s.buckets >= 0 && s.min_length >= 0 && s.max_length >= 0 && s.max_length <= kLongestNgram;
}

/// The words, without the labels that follow them.
WordTable take_words(Cursor& cursor, std::int32_t entries, std::int32_t words) {
  WordTable table;
  for (std::int32_t i = 0; i < entries; ++i) {
    const std::string_view word = cursor.take_word();
    cursor.take<std::int64_t>("the count of a word");
    const auto type = cursor.take<std::int8_t>("the type of a word");
    if (type != (i < words ? 0 : 1))
      cursor.refuse("entry ", i + 1, " has type ", static_cast<int>(type), "; expected words (0), then labels (1)");
    if (i < words && !table.add(word)) cursor.refuse("the word ", quote(word, 40), " stands twice");
  }
  return table;
}

/// The dictionary's counts, checked against what is left of the file.
struct Counts {
  std::int32_t entries, words, labels;
};
Counts take_counts(Cursor& cursor) {
  constexpr std::size_t kLeastEntry = 1 + sizeof(std::int64_t) + 1;
  Counts c{};
  for (std::int32_t* field : {&c.entries, &c.words, &c.labels}) *field = cursor.take<std::int32_t>("the dictionary");
  cursor.take<std::int64_t>("the dictionary");  // tokens of the corpus
  if (c.words < 1 || c.labels < 0 || std::int64_t{c.words} + c.labels != c.entries)
    cursor.refuse("a dictionary of ", c.entries, " entries with ", c.words, " words and ", c.labels, " labels");
  if (static_cast<std::size_t>(c.entries) > cursor.left() / kLeastEntry)
    cursor.refuse("promises ", c.entries, " words, but only ", cursor.left(), " bytes follow", kEarly);
  return c;
}

/// In the file a word's own row and those of its n-grams are summands; its vector is their mean.
void add_subwords(const WordTable& words, const NgramTable& table, std::int64_t dim, float* vectors) {
  for (std::int64_t i = 0; i < words.size(); ++i) {
    const std::span<float> row(vectors + i * dim, static_cast<std::size_t>(dim));
    const float scale = 1.0f / static_cast<float>(1 + add_ngrams(words.word(i), table, row));
    for (float& value : row) value *= scale;
  }
}

bool begins_with_magic(std::string_view bytes) {
  return bytes.size() >= sizeof kMagic && read_little<std::int32_t>(bytes) == kMagic;
}

}  // namespace

bool begins_as_fasttext(std::string_view bytes) {
  constexpr std::size_t kSettingsBytes = 12 * sizeof(std::int32_t) + sizeof(double);
  if (begins_with_magic(bytes)) return true;
  if (bytes.size() < kSettingsBytes) return false;
  const WordSource source{.bytes = bytes};
  Cursor cursor(source);
  const Settings settings = take_settings(cursor);
  return plausible(settings) && settings.sample >= 0 && settings.sample <= 1;
}

WordData read_fasttext(MappedFile file, const WordSource& source) {
  Cursor cursor(source);
  const bool with_magic = begins_with_magic(source.bytes);
  std::int32_t version = 0;
  if (with_magic) {
    cursor.take<std::int32_t>("the magic number");
    version = cursor.take<std::int32_t>("the version");
    if (version < 11 || version > kVersion)
      fail(ErrorCode::kUnsupported, source.path.string(), ": version ", version,
           " of fastText's format; this build reads 11 and 12");
  }
  Settings settings = take_settings(cursor);
  if (!plausible(settings)) cursor.refuse("these are no settings of a fastText model");
  if (version <= 11 && with_magic && settings.model == kSupervised) settings.max_length = 0;
  const Counts counts = take_counts(cursor);
  const std::int64_t pruned = with_magic ? cursor.take<std::int64_t>("the dictionary") : -1;
  WordData data;
  data.format = WordFormat::kFastText;
  data.dim = settings.dim;
  data.words = take_words(cursor, counts.entries, counts.words);
  if (pruned > 0 || (with_magic && cursor.take<std::int8_t>("the matrix") != 0))
    fail(ErrorCode::kUnsupported, source.path.string(),
         ": a quantised fastText model (.ftz); this build reads those with whole vectors (.bin)");

  const auto rows = cursor.take<std::int64_t>("the matrix"), cols = cursor.take<std::int64_t>("the matrix");
  if (cols != settings.dim || rows != std::int64_t{counts.words} + settings.buckets)
    cursor.refuse("a matrix of ", rows, " x ", cols, "; expected ", counts.words, " words and ", settings.buckets,
                  " buckets, ", settings.dim, " wide");
  const auto row_bytes = static_cast<std::size_t>(cols) * sizeof(float);
  if (static_cast<std::size_t>(rows) > cursor.left() / row_bytes)
    cursor.refuse("the file ends within the matrix of ", rows, " x ", cols, kEarly);
  data.vectors = Buffer<float>(counts.words * cols);
  std::memcpy(data.vectors.data(), cursor.take_bytes(static_cast<std::size_t>(counts.words) * row_bytes, "it").data(),
              static_cast<std::size_t>(counts.words) * row_bytes);
  const std::string_view ngram_rows = cursor.take_bytes(static_cast<std::size_t>(settings.buckets) * row_bytes, "it");
  if (settings.buckets > 0 && settings.max_length > 0) {
    data.ngrams.emplace(NgramTable{.file = std::move(file),
                                   .min_length = settings.min_length,
                                   .max_length = settings.max_length,
                                   .buckets = settings.buckets,
                                   .end_is_a_word = !with_magic,
                                   .rows = reinterpret_cast<const std::byte*>(ngram_rows.data())});
    add_subwords(data.words, *data.ngrams, cols, data.vectors.data());
  }
  for (std::int64_t i = 0; i < data.words.size(); ++i)
    if (!kernels().all_finite(data.vectors.data() + i * cols, cols))
      fail(ErrorCode::kCorrupt, source.path.string(), ": the vector of ", quote(data.words.word(i), 40),
           " has a component that is not a finite number");
  return data;
}

}  // namespace sememe
