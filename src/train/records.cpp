#include "train/records.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/fail.h"
#include "io/delimited.h"
#include "io/json.h"
#include "io/line_source.h"
#include "io/unpacker.h"
#include "io/utf8.h"

namespace sememe::train {
namespace {

enum class Format { kJsonl, kCsv, kTsv };

Format format_of(const std::filesystem::path& path) {
  const std::string file = path.filename().string();
  const std::string_view name = without_packing(file);
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return Format::kJsonl;
  if (name.ends_with(".csv")) return Format::kCsv;
  if (name.ends_with(".tsv")) return Format::kTsv;
  fail(ErrorCode::kInvalidArgument, path.string(),
       ": expected a .jsonl, .tsv or .csv file (each may end in .gz or .zst)");
}

std::vector<std::string> choices_of(const std::string& column) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= column.size();) {
    const std::size_t end = std::min(column.find('|', begin), column.size());
    out.push_back(column.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(quote(name, 40));
  return all;
}

std::string number_text(const Json& value) {
  return value.is_integer() ? std::to_string(value.as_int()) : concat(value.as_number());
}

/// The texts or the numbers of a list, as one text.
std::string listed(const Json& list) {
  std::string all;
  const std::vector<Json> elements = list.elements();
  const bool texts = elements.empty() || elements.front().is_string();
  for (const Json& e : elements) {
    if (&e != &elements.front()) all.append(", ");
    texts ? all.append(e.as_string()) : all.append(number_text(e));
  }
  return all;
}

std::string field_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_array()) return listed(value);
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_object()) value.fail("expected a text or a number, found an object");
  return number_text(value);
}

std::vector<std::string> names_of(const Json& row) {
  std::vector<std::string> names;
  for (const auto& member : row.members()) names.emplace_back(member.key);
  return names;
}

}  // namespace

struct RecordReader::State {
  Format format;
  LineSource lines;
  std::vector<std::vector<std::string>> columns;  // the names that each goes by
  std::vector<std::size_t> places;                // of a delimited file
  std::vector<std::string> found;                 // of these names, the one that is there
  std::size_t width = 0;
  DelimitedRecord record;
  std::string line;
  std::int64_t at = 0;

  State(const std::filesystem::path& path, const std::vector<std::string>& names)
      : format(format_of(path)), lines(path, std::int64_t{64} << 20) {
    for (const std::string& name : names) columns.push_back(choices_of(name));
    if (format == Format::kJsonl || !read_row()) return;
    width = record.fields.size();
    for (const auto& choices : columns) {
      const auto place = std::find_first_of(record.fields.begin(), record.fields.end(), choices.begin(), choices.end());
      if (place == record.fields.end() && !choices.back().empty())
        fail(ErrorCode::kInvalidArgument, lines.name(), ": there is no column ", quote(choices.front()),
             "; its columns are ", joined(record.fields));
      places.push_back(static_cast<std::size_t>(place - record.fields.begin()));
      found.push_back(place == record.fields.end() ? choices.front() : *place);
    }
  }

  bool read_row() { return read_delimited(lines, format == Format::kCsv ? ',' : '\t', format == Format::kCsv, record); }
  std::string where() const { return concat(lines.name(), ":", at); }

  /// The next line that is not blank.
  bool read_line() {
    do {
      line.clear();
      if (!lines.append_line(line)) return false;
    } while (line.find_first_not_of(" \t\r\n") == std::string::npos);
    at = lines.lines();
    return true;
  }

  bool next_json(std::vector<std::string>& fields) {
    if (!read_line()) return false;
    const JsonDocument document = JsonDocument::parse(line, where());
    const Json root = document.root();
    fields.clear();
    found.clear();
    const std::vector<Json::Member> members = root.members();
    for (const auto& choices : columns) {
      const Json::Member* chosen = nullptr;  // the first that is there, one that is null only if no other is
      for (const std::string& name : choices)
        for (const Json::Member& m : members)
          if (m.key == name && (chosen == nullptr || chosen->value.is_null())) chosen = &m;
      if (chosen == nullptr && !choices.back().empty())
        root.fail(concat("there is no ", quote(choices.front()), "; the row has ", joined(names_of(root))));
      found.emplace_back(chosen == nullptr ? choices.front() : std::string(chosen->key));
      fields.push_back(chosen == nullptr ? std::string() : field_of(chosen->value));
    }
    return true;
  }

  bool next_delimited(std::vector<std::string>& fields) {
    if (width == 0 || !read_row()) return false;
    at = record.line;
    if (record.fields.size() != width)
      fail(ErrorCode::kCorrupt, where(), ": expected ", width, " fields as in the first record, found ",
           record.fields.size());
    fields.clear();
    for (const std::size_t place : places) {
      if (place == width) {
        fields.emplace_back();
        continue;
      }
      require_utf8(record.fields[place], where());
      fields.push_back(record.fields[place]);
    }
    return true;
  }
};

RecordReader::RecordReader(const std::filesystem::path& path, std::vector<std::string> columns)
    : state_(std::make_unique<State>(path, columns)) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;

bool RecordReader::next(std::vector<std::string>& fields) {
  return state_->format == Format::kJsonl ? state_->next_json(fields) : state_->next_delimited(fields);
}

const std::string& RecordReader::column(std::size_t i) const { return state_->found[i]; }
std::string RecordReader::where() const { return state_->where(); }
std::int64_t RecordReader::line() const { return state_->at; }

std::vector<std::string> column_names(const std::filesystem::path& path) {
  RecordReader::State state(path, {});
  if (state.format != Format::kJsonl) return state.record.fields;
  return state.read_line() ? names_of(JsonDocument::parse(state.line, state.where()).root())
                           : std::vector<std::string>();
}

double number_in(std::string_view field, const std::string& where) {
  if (field == "true" || field == "True") return 1;
  if (field == "false" || field == "False") return 0;
  double value = 0;
  const auto [end, status] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (status != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    fail(ErrorCode::kCorrupt, where, ": expected a number, found ", quote(field, 40));
  return value;
}

std::vector<double> numbers_in(std::string_view field, const std::string& where) {
  if (field.starts_with('[') && field.ends_with(']')) field = field.substr(1, field.size() - 2);
  std::vector<double> numbers;
  for (std::size_t begin = 0; begin <= field.size();) {
    const std::size_t end = std::min(field.find(',', begin), field.size());
    begin = std::min(field.find_first_not_of(' ', begin), end);
    numbers.push_back(number_in(field.substr(begin, end - begin), where));
    begin = end + 1;
  }
  return numbers;
}

}  // namespace sememe::train
