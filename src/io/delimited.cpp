#include "io/delimited.h"

#include <algorithm>
#include <string_view>

#include "base/fail.h"

namespace sememe {
namespace {

/// Reads the quoted field whose opening quote stands at raw[at], with more lines if need be; returns where it ended.
std::size_t read_quoted(LineSource& lines, DelimitedRecord& record, std::size_t at, char delimiter,
                        std::string& field) {
  std::string& raw = record.raw;
  for (++at;;) {
    const std::size_t quote_at = raw.find('"', at);
    if (quote_at == std::string::npos) {
      field.append(raw, at);
      at = raw.size();
      if (!lines.append_line(raw)) {
        fail(ErrorCode::kCorrupt, lines.name(), ":", record.line, ": a quote opens here and never closes");
      }
      continue;
    }
    field.append(raw, at, quote_at - at);
    at = quote_at + 1;
    if (at >= raw.size() || raw[at] != '"') break;
    field.push_back('"');
    ++at;
  }
  if (at < content_length(raw) && raw[at] != delimiter) {
    fail(ErrorCode::kCorrupt, lines.name(), ":", lines.lines(),
         ": expected the field to end after its closing quote, found ", quote(std::string_view(raw).substr(at, 1)),
         "; double the quotes inside a field");
  }
  return at;
}

}  // namespace

bool read_delimited(LineSource& lines, char delimiter, bool quotes, DelimitedRecord& record) {
  std::string& raw = record.raw;
  do {
    raw.clear();
    if (!lines.append_line(raw)) return false;
  } while (content_length(raw) == 0);
  record.line = lines.lines();
  std::size_t count = 0;
  for (std::size_t at = 0;; ++at) {
    if (count == record.fields.size()) record.fields.emplace_back();
    std::string& field = record.fields[count++];
    field.clear();
    if (quotes && at < raw.size() && raw[at] == '"') {
      at = read_quoted(lines, record, at, delimiter, field);
    } else {
      const std::size_t end = std::min(raw.find(delimiter, at), content_length(raw));
      field.assign(raw, at, end - at);
      at = end;
    }
    if (at >= content_length(raw)) break;
  }
  record.fields.resize(count);
  return true;
}

}  // namespace sememe
