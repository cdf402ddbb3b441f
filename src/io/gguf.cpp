#include "io/gguf.h"

#include "base/fail.h"
#include "io/little_endian.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::uint64_t kMostKeys = 1 << 16;

}  // namespace

/// The bytes of the file, front to back.
class GgufFile::Reader {
 public:
  Reader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) {
      fail(ErrorCode::kCorrupt, name_, ": byte ", at_, where_, ": ", size, " bytes are expected, but ",
           bytes_.size() - at_, " are left; the file is damaged or not complete");
    }
    const std::string_view out = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return out;
  }
  template <class T>
  T number() {
    return read_little<T>(take(sizeof(T)));
  }
  std::string_view text() { return take(number<std::uint64_t>()); }
  void set_key(std::string_view key) { where_ = " (" + quote(key) + ")"; }
  std::size_t left() const { return bytes_.size() - at_; }

  void check_count(std::uint64_t count, std::size_t size) const {
    if (count <= left() / size) return;
    fail(ErrorCode::kCorrupt, name_, ": byte ", at_, where_, ": ", count, " values reach over the end of the file");
  }

  [[noreturn]] void fail_type(std::uint32_t type) const {
    fail(ErrorCode::kUnsupported, name_, ": byte ", at_, where_, ": a value of type ", type,
         "; expected 0 to 12, and no array within an array");
  }

  Value value() {
    Value out{number<std::uint32_t>(), false, 1, {}};
    if (out.type == kArray) {
      out.array = true;
      out.type = number<std::uint32_t>();
      out.count = number<std::uint64_t>();
    }
    if (out.type > kF64 || out.type == kArray) fail_type(out.type);
    if (out.type != kString) {
      const std::size_t size = size_of(out.type);
      check_count(out.count, size);
      out.data = take(out.count * size);
      return out;
    }
    // Texts: their bytes with the lengths between them.
    const std::size_t begin = at_;
    check_count(out.count, 8);
    for (std::uint64_t i = 0; i < out.count; ++i) text();
    out.data = bytes_.substr(begin, at_ - begin);
    return out;
  }

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::string where_;
};

GgufFile::GgufFile(const std::filesystem::path& path) : name_(path.string()), file_(path) {
  Reader reader(file_.text(), name_);
  if (reader.left() < 24 || reader.take(4) != "GGUF") fail(ErrorCode::kCorrupt, name_, ": not a GGUF file");
  const auto version = reader.number<std::uint32_t>();
  if (version != 2 && version != 3) {
    fail(ErrorCode::kUnsupported, name_, ": GGUF version ", version, "; expected 2 or 3");
  }
  reader.number<std::uint64_t>();  // tensors
  const auto count = reader.number<std::uint64_t>();
  if (count > kMostKeys) fail(ErrorCode::kCorrupt, name_, ": it claims ", count, " keys; at most ", kMostKeys);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view key = reader.text();
    reader.set_key(key);
    const Value value = reader.value();
    if (!values_.emplace(key, value).second) {
      fail(ErrorCode::kCorrupt, name_, ": the key ", quote(key), " is there twice");
    }
  }
}

std::size_t GgufFile::size_of(std::uint32_t type) {
  switch (type) {
    case kU8:
    case kI8:
    case kBool:
      return 1;
    case kU16:
    case kI16:
      return 2;
    case kU64:
    case kI64:
    case kF64:
      return 8;
    default:
      return 4;
  }
}

std::optional<std::int64_t> GgufFile::read_integer(std::uint32_t type, std::string_view data) {
  switch (type) {
    case kU8:
      return read_little<std::uint8_t>(data);
    case kI8:
      return read_little<std::int8_t>(data);
    case kU16:
      return read_little<std::uint16_t>(data);
    case kI16:
      return read_little<std::int16_t>(data);
    case kU32:
      return read_little<std::uint32_t>(data);
    case kI32:
      return read_little<std::int32_t>(data);
    case kU64:
    case kI64:
      return read_little<std::int64_t>(data);
    default:
      return std::nullopt;
  }
}

const GgufFile::Value* GgufFile::find(std::string_view key, bool array) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return nullptr;
  if (found->second.array != array) fail_type(key, array ? "an array" : "a single value");
  return &found->second;
}

void GgufFile::fail_type(std::string_view key, std::string_view expected) const {
  fail(ErrorCode::kCorrupt, name_, ": ", quote(key), ": expected ", expected);
}

std::optional<std::string_view> GgufFile::text(std::string_view key) const {
  const Value* const value = find(key, false);
  if (value == nullptr) return std::nullopt;
  if (value->type != kString) fail_type(key, "a text");
  return value->data.substr(8);
}

std::optional<std::int64_t> GgufFile::integer(std::string_view key) const {
  const Value* const value = find(key, false);
  if (value == nullptr) return std::nullopt;
  const auto out = read_integer(value->type, value->data);
  if (!out) fail_type(key, "an integer");
  return out;
}

std::optional<bool> GgufFile::flag(std::string_view key) const {
  const Value* const value = find(key, false);
  if (value == nullptr) return std::nullopt;
  if (value->type != kBool) fail_type(key, "true or false");
  return value->data[0] != 0;
}

std::vector<std::string_view> GgufFile::texts(std::string_view key) const {
  std::vector<std::string_view> out;
  const Value* const value = find(key, true);
  if (value == nullptr) return out;
  if (value->type != kString) fail_type(key, "an array of texts");
  out.reserve(static_cast<std::size_t>(value->count));
  std::string_view rest = value->data;
  for (std::uint64_t i = 0; i < value->count; ++i) {
    const auto size = static_cast<std::size_t>(read_little<std::uint64_t>(rest));
    out.push_back(rest.substr(8, size));
    if (find_invalid_utf8(out.back())) fail_type(key, concat("UTF-8, found ", quote(out.back()), " at ", i));
    rest.remove_prefix(8 + size);
  }
  return out;
}

std::vector<float> GgufFile::floats(std::string_view key) const {
  std::vector<float> out;
  const Value* const value = find(key, true);
  if (value == nullptr) return out;
  if (value->type != kF32) fail_type(key, "an array of 32-bit floats");
  out.reserve(static_cast<std::size_t>(value->count));
  for (std::size_t i = 0; i < value->count; ++i) {
    out.push_back(read_little<float>(value->data, 4 * i));
  }
  return out;
}

std::vector<std::int64_t> GgufFile::integers(std::string_view key) const {
  std::vector<std::int64_t> out;
  const Value* const value = find(key, true);
  if (value == nullptr) return out;
  const std::size_t size = size_of(value->type);
  out.reserve(static_cast<std::size_t>(value->count));
  for (std::size_t i = 0; i < value->count; ++i) {
    const auto number = read_integer(value->type, value->data.substr(size * i));
    if (!number) fail_type(key, "an array of integers");
    out.push_back(*number);
  }
  return out;
}

std::string_view GgufFile::bytes(std::string_view key) const {
  const Value* const value = find(key, true);
  if (value == nullptr) return {};
  if (value->type != kU8 && value->type != kI8) fail_type(key, "an array of bytes");
  return value->data;
}

}  // namespace sememe
