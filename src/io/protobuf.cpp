#include "io/protobuf.h"

#include <bit>

#include "base/fail.h"

namespace sememe {

float ProtobufReader::Field::as_float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(value)); }

void ProtobufReader::fail_here(std::string_view what) const {
  fail(ErrorCode::kCorrupt, where_, ": byte ", offset(), ": ", what, "; the file is damaged or not of this format");
}

std::uint64_t ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == message_.size()) fail_here("a number reaches over the end");
    const auto byte = static_cast<unsigned char>(message_[at_++]);
    if (shift < 64) value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail_here("a number of more than 10 bytes");
}

std::uint64_t ProtobufReader::fixed(int bytes) {
  if (message_.size() - at_ < static_cast<std::size_t>(bytes)) fail_here("a number reaches over the end");
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(message_[at_++])} << (8 * i);
  }
  return value;
}

bool ProtobufReader::next(Field& field) {
  if (at_ == message_.size()) return false;
  const std::uint64_t tag = varint();
  if (tag >> 3 == 0 || tag >> 32 != 0) fail_here("no field has such a number");
  field = {};
  field.number = static_cast<std::uint32_t>(tag >> 3);
  switch (tag & 7) {
    case 0:
      field.wire = Wire::kVarint;
      field.value = varint();
      return true;
    case 1:
      field.wire = Wire::kFixed64;
      field.value = fixed(8);
      return true;
    case 2: {
      field.wire = Wire::kBytes;
      const std::uint64_t size = varint();
      if (size > message_.size() - at_) {
        fail_here(concat("field ", field.number, " claims ", size, " bytes, but ", message_.size() - at_, " are left"));
      }
      field.bytes = message_.substr(at_, static_cast<std::size_t>(size));
      at_ += static_cast<std::size_t>(size);
      return true;
    }
    case 5:
      field.wire = Wire::kFixed32;
      field.value = fixed(4);
      return true;
    default:
      fail_here(concat("field ", field.number, " is of kind ", tag & 7, ", expected 0, 1, 2 or 5"));
  }
}

ProtobufReader ProtobufReader::inner(const Field& field) const {
  return {field.bytes, where_, offset_ + (field.bytes.data() - message_.data())};
}

}  // namespace sememe
