#include "io/json_writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "base/fail.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::size_t kNumberBytes = 32;  // the longest is a double: -2.2250738585072014e-308

/// Writes `number` at `out` and returns its end. A whole number gets ".0": it stays a float for typed readers, and -0.0
/// keeps its sign.
template <class T>
char* write_float(char* out, T number) {
  if (!std::isfinite(number)) {
    fail(ErrorCode::kInvalidArgument, "JSON has no way to write ", std::isnan(number) ? "NaN" : "an infinite number",
         "; remove it or replace it by null");
  }
  char* const end = std::to_chars(out, out + kNumberBytes, number).ptr;
  for (const char* c = out; c != end; ++c) {
    if (*c == '.' || *c == 'e') return end;
  }
  end[0] = '.';
  end[1] = '0';
  return end + 2;
}

}  // namespace

void JsonWriter::separate() {
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.empty) text_.push_back(',');
  if (style_ == JsonStyle::kPretty) {
    if (!level.one_line) {
      text_.push_back('\n');
      text_.append(2 * levels_.size(), ' ');
    } else if (!level.empty) {
      text_.push_back(' ');
    }
  }
  level.empty = false;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  assert(!complete_ && "one document ends before the next begins: end_line()");
  assert((levels_.empty() || !levels_.back().object) && "a member needs its key first");
  separate();
}

JsonWriter& JsonWriter::begin(bool object, bool one_line) {
  before_value();
  const bool inherited = !levels_.empty() && levels_.back().one_line;
  levels_.push_back({object, one_line || inherited, true});
  text_.push_back(object ? '{' : '[');
  return *this;
}

JsonWriter& JsonWriter::end([[maybe_unused]] bool object) {
  assert(!levels_.empty() && levels_.back().object == object && !after_key_ && "brackets close in order");
  const Level level = levels_.back();
  levels_.pop_back();
  if (style_ == JsonStyle::kPretty && !level.one_line && !level.empty) {
    text_.push_back('\n');
    text_.append(2 * levels_.size(), ' ');
  }
  text_.push_back(level.object ? '}' : ']');
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::begin_object(bool one_line) { return begin(true, one_line); }
JsonWriter& JsonWriter::end_object() { return end(true); }
JsonWriter& JsonWriter::begin_array(bool one_line) { return begin(false, one_line); }
JsonWriter& JsonWriter::end_array() { return end(false); }

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!levels_.empty() && levels_.back().object && !after_key_ && "keys stand in objects");
  separate();
  append_string(name);
  text_.append(style_ == JsonStyle::kPretty ? ": " : ":");
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  before_value();
  text_.append(text);
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  std::array<char, kNumberBytes> digits{};
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t number) {
  std::array<char, kNumberBytes> digits{};
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::value(double number) {
  std::array<char, kNumberBytes> digits{};
  const char* const end = write_float(digits.data(), number);
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::value(float number) {
  std::array<char, kNumberBytes> digits{};
  const char* const end = write_float(digits.data(), number);
  return literal({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_string(text);
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::numbers(std::span<const float> row) {
  begin_array(true);
  const std::string_view separator = style_ == JsonStyle::kPretty ? ", " : ",";
  std::array<char, kNumberBytes> digits{};
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i != 0) text_.append(separator);
    text_.append(digits.data(), write_float(digits.data(), row[i]));
  }
  return end_array();
}

JsonWriter& JsonWriter::end_line() {
  assert(levels_.empty() && complete_ && "a document is complete before its line ends");
  complete_ = false;
  text_.push_back('\n');
  return *this;
}

void JsonWriter::append_string(std::string_view text) {
  require_utf8(text, "a JSON string");
  constexpr std::string_view kHex = "0123456789abcdef";
  text_.push_back('"');
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    text_.append(text, copied, i - copied);
    copied = i + 1;
    text_.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        text_.push_back(static_cast<char>(c));
        break;
      case '\b':
        text_.push_back('b');
        break;
      case '\f':
        text_.push_back('f');
        break;
      case '\n':
        text_.push_back('n');
        break;
      case '\r':
        text_.push_back('r');
        break;
      case '\t':
        text_.push_back('t');
        break;
      default:
        text_.append("u00");
        text_.push_back(kHex[c >> 4]);
        text_.push_back(kHex[c & 15]);
    }
  }
  text_.append(text, copied).push_back('"');
}

}  // namespace sememe
