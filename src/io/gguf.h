#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"

namespace sememe {

/// The metadata of a .gguf file (versions 2 and 3, little-endian). Values borrow the mapped file, which lives as long
/// as the object. Tensors are not looked at. Errors  kCorrupt, naming key and byte: the file is damaged; kUnsupported:
/// another version, a nested array. Source  ggml, docs/gguf.md.
class GgufFile {
 public:
  explicit GgufFile(const std::filesystem::path& path);

  const std::string& name() const { return name_; }
  bool has(std::string_view key) const { return values_.find(key) != values_.end(); }
  /// Values; nullopt (an empty list) if there is no such key. Throws kCorrupt if it is of another type.
  std::optional<std::string_view> text(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::vector<std::string_view> texts(std::string_view key) const;
  std::vector<float> floats(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  std::string_view bytes(std::string_view key) const;  ///< an array of 8-bit numbers

 private:
  enum Type : std::uint32_t {
    kU8,
    kI8,
    kU16,
    kI16,
    kU32,
    kI32,
    kF32,
    kBool,
    kString,
    kArray,
    kU64,
    kI64,
    kF64,
  };
  struct Value {
    std::uint32_t type;
    bool array;
    std::uint64_t count;
    std::string_view data;
  };
  class Reader;

  const Value* find(std::string_view key, bool array) const;
  [[noreturn]] void fail_type(std::string_view key, std::string_view expected) const;
  static std::optional<std::int64_t> read_integer(std::uint32_t type, std::string_view data);
  static std::size_t size_of(std::uint32_t type);

  std::string name_;
  MappedFile file_;
  std::map<std::string_view, Value> values_;
};

}  // namespace sememe
