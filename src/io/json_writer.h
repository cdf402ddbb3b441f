#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sememe {

enum class JsonStyle { kCompact, kPretty };  ///< pretty: one member a line, indented by two spaces

/// Writes JSON value by value into a string, which the caller may take in chunks:
///
///   JsonWriter json;
///   json.begin_object().member("model", name).key("embedding").numbers(row).end_object().end_line();
///   out.write(json.take());
///
/// The order of calls must make a document (a key before every member, brackets closed): that is asserted.
/// Errors  kInvalidArgument: a number that is NaN or infinite, a string or key that is not UTF-8.
class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = JsonStyle::kCompact) : style_(style) {}

  /// `one_line`: this value and all inside stand on one line also in the pretty style.
  JsonWriter& begin_object(bool one_line = false);
  JsonWriter& end_object();
  JsonWriter& begin_array(bool one_line = false);
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(double number);  ///< shortest text that reads back as the same double; 1 is "1.0"
  JsonWriter& value(float number);   ///< shortest text that reads back as the same float
  JsonWriter& value(std::same_as<bool> auto flag) { return literal(flag ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonWriter& value(T number) {
    return std::is_signed_v<T> ? integer(static_cast<std::int64_t>(number))
                               : unsigned_integer(static_cast<std::uint64_t>(number));
  }
  JsonWriter& null() { return literal("null"); }
  /// A whole array of numbers on one line.
  JsonWriter& numbers(std::span<const float> row);

  template <class T>
  JsonWriter& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }

  /// After a whole document: a line feed; another document may follow (JSON Lines).
  JsonWriter& end_line();

  const std::string& text() const { return text_; }
  /// What was written since the last take(), also in the middle of a document.
  std::string take() { return std::exchange(text_, {}); }

 private:
  struct Level {
    bool object;
    bool one_line;
    bool empty;
  };

  JsonWriter& literal(std::string_view text);
  JsonWriter& integer(std::int64_t number);
  JsonWriter& unsigned_integer(std::uint64_t number);
  JsonWriter& begin(bool object, bool one_line);
  JsonWriter& end(bool object);
  void before_value();
  void separate();
  void append_string(std::string_view text);

  JsonStyle style_;
  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
  bool complete_ = false;
};

}  // namespace sememe
