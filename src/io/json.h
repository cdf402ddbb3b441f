#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"

namespace sememe {

class JsonDocument;
namespace detail {
struct JsonState;
}

/// One value of a JsonDocument; copies freely and borrows from the document, which must outlive it.
/// Every accessor that cannot give what it promises throws kCorrupt and names the place in the document
/// ("config.json: hidden_size: expected an integer, found a string").
class Json {
 public:
  enum class Type { kNull, kBool, kInteger, kNumber, kString, kArray, kObject };

  Type type() const;
  bool is_null() const { return type() == Type::kNull; }
  bool is_string() const { return type() == Type::kString; }
  bool is_array() const { return type() == Type::kArray; }
  bool is_object() const { return type() == Type::kObject; }
  bool is_integer() const { return type() == Type::kInteger; }
  bool is_bool() const { return type() == Type::kBool; }

  bool as_bool() const;
  std::int64_t as_int() const;         ///< kInteger only (written without fraction or exponent, and it fits)
  double as_number() const;            ///< kInteger or kNumber; always finite
  std::string_view as_string() const;  ///< valid UTF-8; lives as long as the document

  /// Members and elements in file order. Objects with the same key twice were refused at parse time.
  struct Member;
  std::vector<Json> elements() const;   ///< of an array
  std::vector<Member> members() const;  ///< of an object
  std::array<Json, 2> pair() const;     ///< of an array of exactly two elements
  /// The same one after the other, which takes no memory: for hundreds of thousands.
  void each_element(FunctionRef<void(const Json& element)> use) const;
  void each_member(FunctionRef<void(std::string_view key, const Json& value)> use) const;
  std::size_t size() const;  ///< of an array or object

  /// Member `key` of an object; absent, or present and null: nullopt.
  std::optional<Json> find(std::string_view key) const;
  /// Member `key` of an object; absent or null: throws kCorrupt ("config.json: hidden_size is missing").
  Json at(std::string_view key) const;

  /// Member `key` if it is there and not null, else the fallback; a wrong type throws.
  bool get_bool(std::string_view key, bool fallback) const;
  std::int64_t get_int(std::string_view key, std::int64_t fallback) const;
  double get_number(std::string_view key, double fallback) const;
  std::string get_string(std::string_view key, std::string_view fallback) const;

  /// Throws kCorrupt: "<document>: <path to this value>: <message>".
  [[noreturn]] void fail(std::string_view message) const;
  /// "<document>: <path to this value>", for messages.
  std::string where() const;

 private:
  friend class JsonDocument;
  const detail::JsonState* document_ = nullptr;  // not the JsonDocument: that one may be moved
  std::array<std::uintptr_t, 2> element_{};      // a simdjson::dom::element, kept out of this header
};

struct Json::Member {
  std::string_view key;
  Json value;
};

/// What becomes of numbers with a fraction or an exponent.
enum class JsonNumbers {
  kNearest,  ///< the nearest double
  kSerde,  ///< what Rust's serde_json makes of them, which is often the one beside it: for files whose numbers must be
           ///< those of a program that reads them so
};

/// A parsed JSON document (RFC 8259). Refused with kCorrupt, naming line and byte offset where known: anything that
/// is not JSON, trailing data, invalid UTF-8, nesting deeper than 512, the same key twice in one object, numbers
/// beyond a double, documents over 1 GiB. Integers that do not fit 64 bits are numbers (Hugging Face writes 1e30 as
/// 1000000000000000019884624838656).
class JsonDocument {
 public:
  /// `name` stands for the document in messages (a path).
  static JsonDocument parse(std::string_view text, std::string name, JsonNumbers numbers = JsonNumbers::kNearest);
  /// kNotFound if there is no such file, kIo if it cannot be read.
  static JsonDocument load(const std::filesystem::path& path, JsonNumbers numbers = JsonNumbers::kNearest);

  Json root() const;
  const std::string& name() const;

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

 private:
  JsonDocument();
  std::unique_ptr<detail::JsonState> state_;
};

}  // namespace sememe
