#include "io/text_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "io/delimited.h"
#include "io/json.h"
#include "io/line_source.h"
#include "io/unpacker.h"
#include "io/utf8.h"

namespace sememe {
namespace {

TextFormat format_of(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  name = without_packing(name);
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return TextFormat::kJsonl;
  if (name.ends_with(".csv")) return TextFormat::kCsv;
  if (name.ends_with(".tsv")) return TextFormat::kTsv;
  return TextFormat::kLines;
}

std::string list_columns(const std::vector<std::string>& columns) {
  constexpr std::size_t kShown = 20;
  std::string out;
  for (std::size_t i = 0; i < columns.size() && i < kShown; ++i) {
    out.append(i == 0 ? "" : ", ").append(quote(columns[i], 40));
  }
  return columns.size() > kShown ? out.append(", ...") : out;
}

}  // namespace

struct TextReader::State {
  ReaderOptions options;
  LineSource lines;
  std::string line;
  DelimitedRecord delimited;
  std::size_t columns = 0;      // every record has as many; 0: none was seen yet
  std::size_t text_column = 0;  // from 0
  bool pending = false;         // `delimited` holds a record that was not handed out

  State(const std::filesystem::path& path, ReaderOptions options_)
      : options(std::move(options_)), lines(path, options.max_record_bytes) {
    if (options.format == TextFormat::kAuto) options.format = format_of(path);
    if (is_delimited()) start_delimited();
  }

  bool is_delimited() const { return options.format == TextFormat::kCsv || options.format == TextFormat::kTsv; }

  [[noreturn]] void refuse(std::string_view message) const {
    fail(ErrorCode::kInvalidArgument, lines.name(), ": ", message);
  }

  std::string place(std::int64_t at_line) const { return concat(lines.name(), ":", at_line); }

  /// Refuses or replaces invalid UTF-8.
  void clean(std::string& text, std::int64_t at_line) const {
    if (!options.lossy) return require_utf8(text, place(at_line));
    if (find_invalid_utf8(text)) text = replace_invalid_utf8(text);
  }

  bool read_delimited_record() {
    return read_delimited(lines, options.format == TextFormat::kCsv ? ',' : '\t', options.format == TextFormat::kCsv,
                          delimited);
  }

  void start_delimited() {
    if (!read_delimited_record()) return;
    columns = delimited.fields.size();
    pending = !options.header;
    const std::vector<std::string> names = options.header ? delimited.fields : std::vector<std::string>();
    text_column = choose_column(names);
  }

  std::size_t choose_column(const std::vector<std::string>& names) const {
    const std::string& wanted = options.column;
    const std::string has =
        names.empty() ? concat("it has ", columns, " columns") : concat("its columns are ", list_columns(names));
    const std::string_view name = wanted.empty() ? "text" : std::string_view(wanted);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      if (std::find(found + 1, names.end(), name) != names.end()) {
        refuse(concat("two columns are named ", quote(name), "; choose by number"));
      }
      return static_cast<std::size_t>(found - names.begin());
    }
    if (wanted.empty()) {
      if (columns == 1) return 0;
      refuse(concat("which column holds the texts? ", has));
    }
    std::size_t number = 0;
    const auto [end, status] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (status != std::errc() || end != wanted.data() + wanted.size() || number < 1 || number > columns) {
      refuse(concat("there is no column ", quote(wanted), "; ", has));
    }
    return number - 1;
  }

  bool next_line(TextRecord& record) {
    line.clear();
    if (!lines.append_line(line)) return false;
    if (!options.keep_line_ends) line.resize(content_length(line));
    record.line = lines.lines();
    clean(line, record.line);
    record.text.swap(line);
    return true;
  }

  bool next_json(TextRecord& record) {
    do {
      line.clear();
      if (!lines.append_line(line)) return false;
    } while (line.find_first_not_of(" \t\r\n") == std::string::npos);
    clean(line, lines.lines());
    const JsonDocument document = JsonDocument::parse(line, place(lines.lines()));
    const std::optional<Json> text = document.root().find(options.field);
    if (!text) document.root().fail(concat("the field ", quote(options.field), " is missing"));
    record.text = text->as_string();
    record.line = lines.lines();
    return true;
  }

  bool next_delimited(TextRecord& record) {
    if (!std::exchange(pending, false) && !read_delimited_record()) return false;
    if (!options.lossy) clean(delimited.raw, delimited.line);
    if (delimited.fields.size() != columns) {
      fail(ErrorCode::kCorrupt, place(delimited.line), ": expected ", columns, " fields as in the first record, found ",
           delimited.fields.size());
    }
    std::string& field = delimited.fields[text_column];
    clean(field, delimited.line);
    record.text.swap(field);
    record.line = delimited.line;
    return true;
  }
};

TextReader::TextReader(const std::filesystem::path& path, ReaderOptions options)
    : state_(std::make_unique<State>(path, std::move(options))) {}
TextReader::~TextReader() = default;
TextReader::TextReader(TextReader&&) noexcept = default;
TextReader& TextReader::operator=(TextReader&&) noexcept = default;

bool TextReader::next(TextRecord& record) {
  switch (state_->options.format) {
    case TextFormat::kJsonl:
      return state_->next_json(record);
    case TextFormat::kCsv:
    case TextFormat::kTsv:
      return state_->next_delimited(record);
    case TextFormat::kAuto:
    case TextFormat::kLines:
      break;
  }
  return state_->next_line(record);
}

void TextReader::read(std::int64_t max_texts, std::int64_t max_bytes, std::vector<TextRecord>& records) {
  constexpr std::size_t kKept = 1024;
  constexpr std::int64_t kPatience = 20;  // milliseconds: a program that writes all it can is never so slow
  for (TextRecord& record : records)
    if (record.text.capacity() > kKept) std::string().swap(record.text);
  std::size_t count = 0;
  for (std::int64_t bytes = 0; static_cast<std::int64_t>(count) < max_texts && bytes < max_bytes; ++count) {
    if (count == records.size()) records.emplace_back();
    if ((count > 0 && state_->lines.waits(kPatience)) || !next(records[count])) break;
    bytes += std::ssize(records[count].text);
  }
  records.resize(count);
}

const std::string& TextReader::name() const { return state_->lines.name(); }
std::int64_t TextReader::bytes_read() const { return state_->lines.bytes_read(); }
std::int64_t TextReader::total_bytes() const { return state_->lines.total_bytes(); }

}  // namespace sememe
