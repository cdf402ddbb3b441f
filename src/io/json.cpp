#include "io/json.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <new>
#include <optional>
#include <utility>

#include "base/fail.h"
#include "io/file.h"
#include "io/json_numbers.h"
#include "io/json_scan.h"

namespace sememe {

namespace dom = simdjson::dom;

struct detail::JsonState {
  std::string name;
  dom::document document;
  dom::element root;
};

namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;

using Words = std::array<std::uintptr_t, 2>;
static_assert(sizeof(dom::element) == sizeof(Words) && std::is_trivially_copyable_v<dom::element>);

dom::element unpack(const Words& words) { return std::bit_cast<dom::element>(words); }
Words pack(const dom::element& element) { return std::bit_cast<Words>(element); }
// By value: value_unsafe() refers into its simdjson_result, which a range-for would let go.
dom::array array_of(const dom::element& element) { return element.get_array().value_unsafe(); }
dom::object object_of(const dom::element& element) { return element.get_object().value_unsafe(); }
/// Position on simdjson's tape: it grows in document order, so it also tells which child holds a value.
std::uintptr_t tape_index(const dom::element& element) { return pack(element)[1]; }

std::string_view type_name(dom::element_type type) {
  switch (type) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return "an integer";
    case dom::element_type::DOUBLE:
      return "a number";
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::BOOL:
      return "a boolean";
    case dom::element_type::NULL_VALUE:
      return "null";
  }
  return "nothing";
}

/// "an integer", or for what is short and telling the value too: "the string 'gelu'".
std::string found_text(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::STRING:
      return concat("the string ", quote(element.get_string().value_unsafe()));
    case dom::element_type::INT64:
      return concat("the integer ", element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return concat("the integer ", element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return concat("the number ", element.get_double().value_unsafe());
    default:
      return std::string(type_name(element.type()));
  }
}

void append_key(std::string& path, std::string_view key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
  if (!plain) {
    path.append("[").append(quote(key)).append("]");
  } else {
    if (!path.empty()) path.push_back('.');
    path.append(key);
  }
}

/// Path from `from` down to the value at `target` ("added_tokens[3].id"), found by walking the tree: only an
/// error asks for it, and so a value stays two words.
std::string path_to(dom::element from, std::uintptr_t target) {
  std::string path;
  while (tape_index(from) != target) {
    std::optional<dom::element> child;
    std::string step;
    if (from.is_array()) {
      std::size_t index = 0, at = 0;
      for (const dom::element element : array_of(from)) {
        if (tape_index(element) > target) break;
        child = element;
        at = index++;
      }
      if (child) path.append(concat("[", at, "]"));
    } else if (from.is_object()) {
      std::string_view key;
      for (const dom::key_value_pair field : object_of(from)) {
        if (tape_index(field.value) > target) break;
        child = field.value;
        key = field.key;
      }
      if (child) append_key(path, key);
    }
    if (!child) break;
    from = *child;
  }
  return path;
}

std::string where_text(const detail::JsonState& state, const dom::element& element, std::string_view member = {}) {
  std::string path = path_to(state.root, tape_index(element));
  if (!member.empty()) append_key(path, member);
  return path.empty() ? state.name : concat(state.name, ": ", path);
}

[[noreturn]] void fail_type(const Json& at, std::string_view expected, const Words& found) {
  at.fail(concat("expected ", expected, ", found ", found[0] == 0 ? "nothing" : found_text(unpack(found))));
}

/// Refuses equal keys in one object, which simdjson lets through.
class KeyCheck {
 public:
  explicit KeyCheck(const detail::JsonState& state) : state_(state) {}

  void check(const dom::element& element) {
    if (element.is_array()) {
      for (const dom::element child : array_of(element)) check(child);
    } else if (element.is_object()) {
      keys_.clear();
      for (const dom::key_value_pair field : object_of(element)) keys_.push_back(field.key);
      if (const std::optional<std::size_t> twice = find_duplicate(keys_)) {
        fail(ErrorCode::kCorrupt, where_text(state_, element), ": the key ", quote(keys_[*twice]), " stands twice");
      }
      for (const dom::key_value_pair field : object_of(element)) check(field.value);
    }
  }

 private:
  const detail::JsonState& state_;
  std::vector<std::string_view> keys_;  // of the object at hand; one vector for all, to spare allocations
};

/// Parses and checks; `state.name` is set. `room`: readable bytes from the start of `text` on.
void parse_into(detail::JsonState& state, std::string_view text, std::size_t room, JsonNumbers numbers) {
  if (static_cast<std::int64_t>(text.size()) > kMaxBytes) {
    fail(ErrorCode::kCorrupt, state.name, ": ", text.size(), " bytes, more than the ", kMaxBytes,
         " that a JSON document may have");
  }
  const auto parse = [&](std::string_view json, bool padded) {
    dom::parser parser;  // parsed into a document of its own, so that the parser's tables go
    simdjson::error_code error = parser.allocate(std::max<std::size_t>(json.size(), 64), kMaxJsonDepth);
    if (!error) error = parser.parse_into_document(state.document, json.data(), json.size(), !padded).get(state.root);
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    return error;
  };
  simdjson::error_code error = parse(text, room >= text.size() + simdjson::SIMDJSON_PADDING);
  std::optional<std::string> rewritten;
  if (error == simdjson::NUMBER_ERROR) {
    rewritten = rewrite_big_integers(text);
    if (rewritten) error = parse(*rewritten, false);
  }
  if (error != simdjson::SUCCESS) {
    if (const std::optional<JsonFlaw> flaw = find_json_flaw(text)) {
      fail(ErrorCode::kCorrupt, state.name, ": not JSON at byte ", flaw->offset, " (line ", flaw->line,
           "): ", flaw->message);
    }
    fail(ErrorCode::kCorrupt, state.name, ": not JSON: ", simdjson::error_message(error));
  }
  KeyCheck(state).check(state.root);
  if (numbers == JsonNumbers::kSerde) {
    // The first word of a tape holds its length.
    std::uint64_t* const tape = state.document.tape.get();
    reparse_as_serde(rewritten ? *rewritten : text, {tape, static_cast<std::size_t>(tape[0] & 0xFFFFFFFFFFFFFF)});
  }
}

}  // namespace

Json::Type Json::type() const {
  if (document_ == nullptr) return Type::kNull;
  switch (unpack(element_).type()) {
    case dom::element_type::ARRAY:
      return Type::kArray;
    case dom::element_type::OBJECT:
      return Type::kObject;
    case dom::element_type::INT64:
      return Type::kInteger;
    case dom::element_type::UINT64:  // always beyond int64: simdjson prefers the signed type
    case dom::element_type::DOUBLE:
      return Type::kNumber;
    case dom::element_type::STRING:
      return Type::kString;
    case dom::element_type::BOOL:
      return Type::kBool;
    case dom::element_type::NULL_VALUE:
      return Type::kNull;
  }
  return Type::kNull;
}

bool Json::as_bool() const {
  if (!is_bool()) fail_type(*this, "true or false", element_);
  return unpack(element_).get_bool().value_unsafe();
}

std::int64_t Json::as_int() const {
  if (!is_integer()) fail_type(*this, "an integer", element_);
  return unpack(element_).get_int64().value_unsafe();
}

double Json::as_number() const {
  const Type t = type();
  if (t != Type::kInteger && t != Type::kNumber) fail_type(*this, "a number", element_);
  return unpack(element_).get_double().value_unsafe();
}

std::string_view Json::as_string() const {
  if (!is_string()) fail_type(*this, "a string", element_);
  return unpack(element_).get_string().value_unsafe();
}

void Json::each_element(FunctionRef<void(const Json&)> use) const {
  if (!is_array()) fail_type(*this, "an array", element_);
  Json json;
  json.document_ = document_;
  for (const dom::element element : array_of(unpack(element_))) {
    json.element_ = pack(element);
    use(json);
  }
}

void Json::each_member(FunctionRef<void(std::string_view, const Json&)> use) const {
  if (!is_object()) fail_type(*this, "an object", element_);
  Json json;
  json.document_ = document_;
  for (const dom::key_value_pair field : object_of(unpack(element_))) {
    json.element_ = pack(field.value);
    use(field.key, json);
  }
}

std::vector<Json> Json::elements() const {
  std::vector<Json> out;
  if (is_array()) out.reserve(size());
  each_element([&](const Json& element) { out.push_back(element); });
  return out;
}

std::array<Json, 2> Json::pair() const {
  if (!is_array()) fail_type(*this, "an array of two", element_);
  std::array<Json, 2> out;
  std::size_t count = 0;
  for (const dom::element element : array_of(unpack(element_))) {
    if (count < out.size()) {
      out[count].document_ = document_;
      out[count].element_ = pack(element);
    }
    ++count;
  }
  if (count != out.size()) fail(concat("expected an array of two, found ", count));
  return out;
}

std::vector<Json::Member> Json::members() const {
  std::vector<Member> out;
  if (is_object()) out.reserve(size());
  each_member([&](std::string_view key, const Json& value) { out.push_back({key, value}); });
  return out;
}

std::size_t Json::size() const {
  constexpr std::size_t kSaturated = 0xFFFFFF;  // simdjson counts no further
  if (is_array()) {
    const dom::array array = array_of(unpack(element_));
    if (array.size() < kSaturated) return array.size();
    return static_cast<std::size_t>(std::distance(array.begin(), array.end()));
  }
  if (!is_object()) fail_type(*this, "an array or an object", element_);
  const dom::object object = object_of(unpack(element_));
  if (object.size() < kSaturated) return object.size();
  return static_cast<std::size_t>(std::distance(object.begin(), object.end()));
}

std::optional<Json> Json::find(std::string_view key) const {
  if (!is_object()) fail_type(*this, "an object", element_);
  dom::element found;
  if (object_of(unpack(element_)).at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
  if (found.is_null()) return std::nullopt;
  Json value;
  value.document_ = document_;
  value.element_ = pack(found);
  return value;
}

Json Json::at(std::string_view key) const {
  const std::optional<Json> value = find(key);
  if (!value) sememe::fail(ErrorCode::kCorrupt, where_text(*document_, unpack(element_), key), " is missing");
  return *value;
}

bool Json::get_bool(std::string_view key, bool fallback) const {
  const std::optional<Json> value = find(key);
  return value ? value->as_bool() : fallback;
}

std::int64_t Json::get_int(std::string_view key, std::int64_t fallback) const {
  const std::optional<Json> value = find(key);
  return value ? value->as_int() : fallback;
}

double Json::get_number(std::string_view key, double fallback) const {
  const std::optional<Json> value = find(key);
  return value ? value->as_number() : fallback;
}

std::string Json::get_string(std::string_view key, std::string_view fallback) const {
  const std::optional<Json> value = find(key);
  return std::string(value ? value->as_string() : fallback);
}

void Json::fail(std::string_view message) const { sememe::fail(ErrorCode::kCorrupt, where(), ": ", message); }

std::string Json::where() const {
  return document_ == nullptr ? std::string("(no document)") : where_text(*document_, unpack(element_));
}

JsonDocument::JsonDocument() : state_(std::make_unique<detail::JsonState>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonDocument JsonDocument::parse(std::string_view text, std::string name, JsonNumbers numbers) {
  JsonDocument document;
  document.state_->name = std::move(name);
  parse_into(*document.state_, text, text.size(), numbers);
  return document;
}

JsonDocument JsonDocument::load(const std::filesystem::path& path, JsonNumbers numbers) {
  const std::string text = read_file(path, kMaxBytes);
  JsonDocument document;
  document.state_->name = path.string();
  parse_into(*document.state_, text, text.capacity(), numbers);
  return document;
}

Json JsonDocument::root() const {
  Json json;
  json.document_ = state_.get();
  json.element_ = pack(state_->root);
  return json;
}

const std::string& JsonDocument::name() const { return state_->name; }

}  // namespace sememe
