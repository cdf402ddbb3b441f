#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/fail.h"
#include "io/little_endian.h"
#include "kernels/kernels.h"
#include "words/fasttext_model.h"
#include "words/readers.h"

namespace sememe {
namespace {

constexpr std::int32_t kLongestNgram = 255;
constexpr std::size_t kLongestWord = 1 << 16;
constexpr std::string_view kEarly = "; it may have been cut off";

/// Takes values from the front of a file.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  template <class T>
  T take(std::string_view what) {
    return read_little<T>(take_bytes(sizeof(T), what));
  }
  std::string_view take_bytes(std::size_t size, std::string_view what) {
    if (left() < size) fail(ErrorCode::kCorrupt, name_, ": byte ", at_, ": the file ends within ", what, kEarly);
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::string_view take_word() {
    const std::size_t length = bytes_.substr(at_, kLongestWord).find('\0');
    if (length == std::string_view::npos && left() >= kLongestWord)
      refuse("a word has no end within ", kLongestWord, " bytes");
    if (length == std::string_view::npos)
      fail(ErrorCode::kCorrupt, name_, ": byte ", at_, ": the file ends within a word", kEarly);
    const std::string_view word = bytes_.substr(at_, length);
    at_ += length + 1;
    return word;
  }
  std::size_t left() const { return bytes_.size() - at_; }
  const std::string& name() const { return name_; }
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(ErrorCode::kCorrupt, name_, ": byte ", at_, ": ", parts...);
  }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t at_ = 0;
};

FastTextSettings take_settings(Cursor& cursor) {
  FastTextSettings s;
  for (std::int32_t* field : {&s.dim, &s.window, &s.epochs, &s.min_count, &s.negative, &s.word_ngrams, &s.loss,
                              &s.model, &s.buckets, &s.min_length, &s.max_length, &s.update_rate})
    *field = cursor.take<std::int32_t>("the settings");
  s.sample = cursor.take<double>("the settings");
  return s;
}

bool plausible(const FastTextSettings& s) {
  return s.dim >= 1 && s.dim <= kMaxDim && s.loss >= 1 && s.loss <= 4 && s.model >= 1 && s.model <= 3 &&
         s.buckets >= 0 && s.min_length >= 0 && s.max_length >= 0 && s.max_length <= kLongestNgram;
}

/// The dictionary, its counts checked against what is left of the file.
FastTextDictionary take_dictionary(Cursor& cursor, bool with_pruning, std::int32_t buckets) {
  constexpr std::size_t kLeastEntry = 1 + sizeof(std::int64_t) + 1;
  std::int32_t entries = 0, words = 0, labels = 0;
  for (std::int32_t* field : {&entries, &words, &labels}) *field = cursor.take<std::int32_t>("the dictionary");
  FastTextDictionary out;
  out.tokens = cursor.take<std::int64_t>("the dictionary");
  if (words < 1 || labels < 0 || std::int64_t{words} + labels != entries)
    cursor.refuse("a dictionary of ", entries, " entries with ", words, " words and ", labels, " labels");
  if (static_cast<std::size_t>(entries) > cursor.left() / kLeastEntry)
    cursor.refuse("promises ", entries, " words, but only ", cursor.left(), " bytes follow", kEarly);
  const std::int64_t kept = with_pruning ? cursor.take<std::int64_t>("the dictionary") : -1;
  for (std::int32_t i = 0; i < entries; ++i) {
    const std::string_view word = cursor.take_word();
    const auto count = cursor.take<std::int64_t>("the count of a word");
    const auto type = cursor.take<std::int8_t>("the type of a word");
    if (type != (i < words ? 0 : 1))
      cursor.refuse("entry ", i + 1, " has type ", static_cast<int>(type), "; expected words (0), then labels (1)");
    if (!(i < words ? out.words : out.labels).add(word))
      cursor.refuse("the ", i < words ? "word " : "label ", quote(word, 40), " stands twice");
    (i < words ? out.word_counts : out.label_counts).push_back(count);
  }
  if (kept < 0) return out;
  out.kept.emplace();
  if (kept > buckets) cursor.refuse("keeps ", kept, " of ", buckets, " buckets of n-grams");
  for (std::int64_t i = 0; i < kept; ++i) {
    const auto bucket = cursor.take<std::int32_t>("the kept n-grams"), row = cursor.take<std::int32_t>("them");
    if (bucket < 0 || bucket >= buckets || row < 0 || row >= kept || !out.kept->emplace(bucket, row).second)
      cursor.refuse("bucket ", bucket, " of n-grams in row ", row, "; expected each of ", buckets, " once, in one of ",
                    kept, " rows");
  }
  return out;
}

FastTextMatrix take_floats(Cursor& cursor, std::int64_t rows, std::int64_t cols) {
  const auto found_rows = cursor.take<std::int64_t>("a matrix"), found_cols = cursor.take<std::int64_t>("a matrix");
  if (found_rows != rows || found_cols != cols)
    cursor.refuse("a matrix of ", found_rows, " x ", found_cols, "; expected ", rows, " x ", cols);
  const auto row_bytes = static_cast<std::size_t>(cols) * sizeof(float);
  if (static_cast<std::size_t>(rows) > cursor.left() / row_bytes)
    cursor.refuse("the file ends within the matrix of ", rows, " x ", cols, kEarly);
  const std::string_view bytes = cursor.take_bytes(static_cast<std::size_t>(rows) * row_bytes, "a matrix");
  return {reinterpret_cast<const std::byte*>(bytes.data()), rows, cols};
}

ProductQuantizer take_quantizer(Cursor& cursor, std::int64_t dim) {
  const auto found = cursor.take<std::int32_t>("a quantiser"), parts = cursor.take<std::int32_t>("a quantiser"),
             part = cursor.take<std::int32_t>("a quantiser"), last = cursor.take<std::int32_t>("a quantiser");
  if (found != dim || part < 1 || part > dim || parts != (dim + part - 1) / part || last != dim - (parts - 1) * part)
    cursor.refuse("a quantiser of ", found, " numbers in ", parts, " parts of ", part, " and ", last, "; expected ",
                  dim, " numbers");
  ProductQuantizer out(dim, part);
  const std::string_view bytes = cursor.take_bytes(out.centroids().size_bytes(), "a quantiser");
  std::memcpy(out.centroids().data(), bytes.data(), bytes.size());
  if (!kernels().all_finite(out.centroids().data(), std::ssize(out.centroids())))
    cursor.refuse("a centroid has a component that is not a finite number");
  return out;
}

std::vector<std::uint8_t> take_codes(Cursor& cursor, std::int64_t count) {
  const std::string_view bytes = cursor.take_bytes(static_cast<std::size_t>(count), "the codes");
  return {bytes.begin(), bytes.end()};
}

FastTextMatrix take_codes_matrix(Cursor& cursor, std::int64_t rows, std::int64_t cols) {
  const bool norms = cursor.take<std::int8_t>("a matrix") != 0;
  const auto found_rows = cursor.take<std::int64_t>("a matrix"), found_cols = cursor.take<std::int64_t>("a matrix");
  const auto code_bytes = cursor.take<std::int32_t>("a matrix");
  if (found_rows != rows || found_cols != cols || rows < 1 || code_bytes < 0 || code_bytes % rows != 0)
    cursor.refuse("codes of ", found_rows, " x ", found_cols, " in ", code_bytes, " bytes; expected ", rows, " x ",
                  cols);
  FastTextMatrix::Codes out{.codes = take_codes(cursor, code_bytes)};
  out.quantizer = take_quantizer(cursor, cols);
  if (out.quantizer.parts() * rows != code_bytes)
    cursor.refuse(code_bytes, " bytes of codes; expected ", out.quantizer.parts(), " a row of ", rows);
  if (norms) {
    out.norm_codes = take_codes(cursor, rows);
    out.norm_quantizer = take_quantizer(cursor, 1);
  }
  return {std::move(out), rows, cols};
}

bool begins_with_magic(std::string_view bytes) {
  return bytes.size() >= sizeof kFastTextMagic && read_little<std::int32_t>(bytes) == kFastTextMagic;
}

}  // namespace

bool begins_as_fasttext(std::string_view bytes) {
  constexpr std::size_t kSettingsBytes = 12 * sizeof(std::int32_t) + sizeof(double);
  if (begins_with_magic(bytes)) return true;
  if (bytes.size() < kSettingsBytes) return false;
  Cursor cursor(bytes, "");
  const FastTextSettings settings = take_settings(cursor);
  return plausible(settings) && settings.sample >= 0 && settings.sample <= 1;
}

FastTextModel parse_fasttext(MappedFile file, const std::filesystem::path& path) {
  Cursor cursor(file.text(), path.string());
  const bool with_magic = begins_with_magic(file.text());
  std::int32_t version = 0;
  if (with_magic) {
    cursor.take<std::int32_t>("the magic number");
    version = cursor.take<std::int32_t>("the version");
    if (version < 11 || version > kFastTextVersion)
      fail(ErrorCode::kUnsupported, path.string(), ": version ", version,
           " of fastText's format; this build reads 11 and 12");
  }
  FastTextModel model;
  FastTextSettings& settings = model.settings = take_settings(cursor);
  if (!plausible(settings)) cursor.refuse("these are no settings of a fastText model");
  if (version <= 11 && with_magic && settings.model == FastTextSettings::kSupervised) settings.max_length = 0;
  model.end_is_a_word = !with_magic;
  FastTextDictionary& dictionary = model.dictionary = take_dictionary(cursor, with_magic, settings.buckets);
  const bool quantised = with_magic && cursor.take<std::int8_t>("the matrix") != 0;
  if (!quantised && dictionary.kept && !dictionary.kept->empty())
    cursor.refuse("n-grams were pruned, but the matrix is not quantised");
  if (!quantised) dictionary.kept.reset();
  const std::int64_t words = dictionary.words.size(),
                     ngram_rows = dictionary.kept ? std::ssize(*dictionary.kept) : settings.buckets;
  model.input = quantised ? take_codes_matrix(cursor, words + ngram_rows, settings.dim)
                          : take_floats(cursor, words + ngram_rows, settings.dim);
  const bool quantised_output = with_magic && cursor.take<std::int8_t>("the output matrix") != 0;
  const std::int64_t outputs = settings.model == FastTextSettings::kSupervised ? dictionary.labels.size() : words;
  model.output = quantised && quantised_output ? take_codes_matrix(cursor, outputs, settings.dim)
                                               : take_floats(cursor, outputs, settings.dim);
  if (cursor.left() > 0) cursor.refuse(cursor.left(), " bytes after the last matrix");
  model.file = std::move(file);
  return model;
}

WordData read_fasttext(MappedFile file, const WordSource& source) {
  auto model = std::make_shared<FastTextModel>(parse_fasttext(std::move(file), source.path));
  WordData data;
  data.format = WordFormat::kFastText;
  data.dim = model->settings.dim;
  data.words = model->dictionary.words;
  data.vectors = Buffer<float>(data.words.size() * data.dim);
  for (std::int64_t i = 0; i < data.words.size(); ++i) {
    const std::span<float> out(data.vectors.data() + i * data.dim, static_cast<std::size_t>(data.dim));
    model->word_vector(i, out);
    if (!kernels().all_finite(out.data(), data.dim))
      fail(ErrorCode::kCorrupt, source.path.string(), ": the vector of ", quote(data.words.word(i), 40),
           " has a component that is not a finite number");
  }
  if (model->settings.buckets > 0 && model->settings.max_length > 0) data.fasttext = std::move(model);
  return data;
}

}  // namespace sememe
