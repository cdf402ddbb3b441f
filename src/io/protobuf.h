#pragma once

#include <cstdint>
#include <string_view>

namespace sememe {

/// Reads the fields of one message in Protocol Buffers' wire format, front to back. What a field means is the caller's
/// matter, and so are messages in it: their bytes go to a reader of their own.
/// Errors  kCorrupt, naming the byte: a field that reaches over the end, a varint over 64 bits, field number 0, and
///         groups, which no format that is read here has.
/// Source  protobuf.dev/programming-guides/encoding.
class ProtobufReader {
 public:
  /// How a field is written; one of an unexpected kind is to be skipped, as the official readers do.
  enum class Wire { kVarint, kFixed64, kBytes, kFixed32 };
  struct Field {
    std::uint32_t number = 0;
    Wire wire = Wire::kVarint;
    std::uint64_t value = 0;  ///< of all kinds but kBytes
    std::string_view bytes;   ///< of kBytes

    bool is(std::uint32_t wanted, Wire kind) const { return number == wanted && wire == kind; }
    float as_float() const;  ///< of kFixed32
  };

  /// `where` stands for the message in errors. Borrows both; `message` begins at byte `offset` of a file.
  ProtobufReader(std::string_view message, std::string_view where, std::int64_t offset = 0)
      : message_(message), where_(where), offset_(offset) {}

  /// The next field; false at the end.
  bool next(Field& field);
  /// Byte of the file that follows the last field.
  std::int64_t offset() const { return offset_ + static_cast<std::int64_t>(at_); }
  /// A reader of the message that the last field holds.
  ProtobufReader inner(const Field& field) const;

 private:
  std::uint64_t varint();
  std::uint64_t fixed(int bytes);
  [[noreturn]] void fail_here(std::string_view what) const;

  std::string_view message_;
  std::string_view where_;
  std::int64_t offset_;
  std::size_t at_ = 0;
};

}  // namespace sememe
