#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/fail.h"
#include "words/blanks.h"
#include "words/readers.h"

namespace sememe {
namespace {

std::string_view without_end(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

/// Takes the next line, without its end, from the front of `rest`.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// The last field of `text`, which goes from it together with the blanks around.
std::string_view take_last(std::string_view& text) {
  const std::size_t blank = text.find_last_of(" \t");
  const std::size_t start = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view field = text.substr(start);
  text = text.substr(0, start);
  return field;
}

/// Takes one blank from the end of a word, or all of them between numbers.
void drop_blanks(std::string_view& text, bool all) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
    if (!all) return;
  }
}

enum class Parsed { kNumber, kNotFinite, kNoNumber };

Parsed parse_float(std::string_view text, float& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, out);
  if (status == std::errc::result_out_of_range && stop == end) {  // beyond a float: too small is 0, as in C
    double wide = 0;
    const bool fits = std::from_chars(text.data(), end, wide).ec == std::errc();
    const bool tiny = fits ? std::abs(wide) < 1 : text.find("e-") != text.npos || text.find("E-") != text.npos;
    out = fits ? static_cast<float>(wide) : 0.0f;
    return tiny ? Parsed::kNumber : Parsed::kNotFinite;
  }
  if (status != std::errc() || stop != end) return Parsed::kNoNumber;
  return std::isfinite(out) ? Parsed::kNumber : Parsed::kNotFinite;
}

std::int64_t count_fields(std::string_view line) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < line.size(); ++i) count += !is_blank(line[i]) && (i == 0 || is_blank(line[i - 1]));
  return count;
}

/// One line: its word, and the numbers in `row`.
class RowReader {
 public:
  RowReader(const WordSource& source, std::int64_t dim) : source_(source), dim_(dim) {}

  std::string_view read(std::string_view line, std::int64_t number, float* row) const {
    std::string_view rest = without_end(line);
    for (std::int64_t i = dim_ - 1; i >= 0; --i) {
      const std::string_view field = take_last(rest);
      switch (rest.empty() ? Parsed::kNoNumber : parse_float(field, row[i])) {
        case Parsed::kNumber:
          break;
        case Parsed::kNotFinite:
          fail(ErrorCode::kCorrupt, source_.path.string(), ':', number, ": ", quote(field), " is not a finite number");
        case Parsed::kNoNumber:
          refuse(line, number, field);
      }
      drop_blanks(rest, i > 0);
    }
    // A word may hold spaces (GloVe 840B has 13 such). One that ends with a number is a row of another length.
    float ignored = 0;
    std::string_view word = rest;
    if (word.find_first_of(" \t") != word.npos && parse_float(take_last(word), ignored) != Parsed::kNoNumber)
      refuse(line, number, {});
    return rest;
  }

 private:
  [[noreturn]] void refuse(std::string_view line, std::int64_t number, std::string_view field) const {
    const std::int64_t fields = count_fields(line);
    if (fields == dim_ + 1 && !field.empty())
      fail(ErrorCode::kCorrupt, source_.path.string(), ':', number, ": expected a number, found ", quote(field, 40));
    fail(ErrorCode::kCorrupt, source_.path.string(), ':', number, ": expected a word and ", dim_, " numbers, found ",
         fields, " fields in ", quote(without_end(line), 40));
  }

  const WordSource& source_;
  std::int64_t dim_;
};

}  // namespace

std::optional<WordHeader> find_header(std::string_view bytes) {
  constexpr std::size_t kLongest = 64;
  const std::size_t end = bytes.substr(0, kLongest).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = without_end(bytes.substr(0, end));
  WordHeader header{.size = end + 1};
  const char* const stop = line.data() + line.size();
  const auto first = std::from_chars(line.data(), stop, header.words);
  if (first.ec != std::errc() || first.ptr == stop || (*first.ptr != ' ' && *first.ptr != '\t')) return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, stop, header.dim);
  if (second.ec != std::errc() || second.ptr != stop || header.words < 0 || header.dim < 0) return std::nullopt;
  return header;
}

WordHeader read_header(const WordSource& source, std::int64_t fixed, std::int64_t each) {
  const std::optional<WordHeader> header = find_header(source.bytes);
  if (!header)
    fail(ErrorCode::kCorrupt, source.path.string(),
         ":1: expected two whole numbers, how many words and how many numbers "
         "each, found ",
         quote(source.bytes.substr(0, std::min<std::size_t>(40, source.bytes.find('\n')))));
  if (header->words == 0 || header->dim == 0 || header->words > kMaxWords || header->dim > kMaxDim)
    fail(ErrorCode::kCorrupt, source.path.string(), ":1: promises ", header->words, " words of ", header->dim,
         " numbers; expected 1 to ", kMaxWords, " of 1 to ", kMaxDim);
  const std::int64_t rest = std::ssize(source.bytes) - static_cast<std::int64_t>(header->size) + 1;  // no last line end
  const std::int64_t fits = rest / (fixed + each * header->dim);
  if (header->words > fits)
    fail(ErrorCode::kCorrupt, source.path.string(), ":1: promises ", header->words, " words of ", header->dim,
         " numbers, but the file has room for ", fits, " at most; it may have been cut off");
  return *header;
}

bool begins_with_text_row(std::string_view bytes, std::int64_t dim) {
  std::string_view line = without_end(take_line(bytes));
  std::int64_t numbers = 0;
  float ignored = 0;
  while (dim == 0 || numbers < dim) {
    std::string_view before = line;
    if (parse_float(take_last(before), ignored) == Parsed::kNoNumber || before.empty()) break;
    drop_blanks(before, true);
    line = before;
    ++numbers;
  }
  return dim == 0 ? numbers > 0 : numbers == dim;
}

WordData read_text(const WordSource& source, bool has_header) {
  std::string_view rest = source.bytes;
  std::int64_t number = 1, dim = 0, promised = 0;
  if (has_header) {
    const WordHeader header = read_header(source, 1, 2);  // a digit and a blank each, and a line end
    dim = header.dim;
    promised = header.words;
    rest.remove_prefix(header.size);
    ++number;
  } else {
    std::string_view first = rest;
    dim = count_fields(take_line(first)) - 1;
    if (dim < 1 || dim > kMaxDim)
      fail(ErrorCode::kCorrupt, source.path.string(), ":1: expected a word and 1 to ", kMaxDim, " numbers, found ",
           dim + 1, " fields");
  }

  std::int64_t lines = promised;
  if (!has_header) lines = std::count(rest.begin(), rest.end(), '\n') + (rest.ends_with('\n') ? 0 : 1);
  lines = std::min(lines, std::ssize(rest) / (2 * dim) + 1);
  if (source.limit > 0) lines = std::min(lines, source.limit);
  WordData data;
  data.format = has_header ? WordFormat::kText : WordFormat::kGlove;
  data.dim = dim;
  data.vectors = Buffer<float>(lines * dim);
  const RowReader reader(source, dim);
  std::int64_t rows = 0;
  for (; rows < lines && !rest.empty(); ++number, ++rows) {
    const std::string_view line = take_line(rest);
    if (without_end(line).empty() && without_end(rest).empty()) break;  // blank lines at the end
    const std::string_view word = reader.read(line, number, data.vectors.data() + data.words.size() * dim);
    if (!data.words.add(word)) ++data.duplicates;
  }
  if (rows < lines && has_header)
    fail(ErrorCode::kCorrupt, source.path.string(), ": the first line promises ", promised,
         " words, but the file ends after ", rows, "; it may have been cut off");
  if (has_header && rows == promised && !without_end(rest).empty())
    fail(ErrorCode::kCorrupt, source.path.string(), ':', number, ": the first line promises ", promised,
         " words, but there are more lines");
  return data;
}

}  // namespace sememe
