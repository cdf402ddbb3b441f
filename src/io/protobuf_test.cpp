#include "io/protobuf.h"

#include <gtest/gtest.h>

#include "io/test_files.h"

namespace sememe {
namespace {

using Wire = ProtobufReader::Wire;
using namespace std::string_view_literals;

ProtobufReader::Field first(std::string_view bytes) {
  ProtobufReader reader(bytes, "message");
  ProtobufReader::Field field;
  EXPECT_TRUE(reader.next(field));
  return field;
}

TEST(Protobuf, ReadsEveryKindOfField) {
  EXPECT_TRUE(first("\x08\x96\x01"sv).is(1, Wire::kVarint));
  EXPECT_EQ(first("\x08\x96\x01"sv).value, 150U);
  EXPECT_EQ(first("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv).value, ~std::uint64_t{0});
  EXPECT_EQ(first("\x12\x02hi"sv).bytes, "hi");
  EXPECT_EQ(first("\x1D\x00\x00\x80\xBF"sv).as_float(), -1.0F);
  EXPECT_EQ(first("\x21\x01\x00\x00\x00\x00\x00\x00\x80"sv).value, 0x8000000000000001U);
  EXPECT_TRUE(first("\xC2\x3E\x00"sv).is(1000, Wire::kBytes));
}

TEST(Protobuf, AnEmptyMessageHasNoFields) {
  ProtobufReader reader("", "message");
  ProtobufReader::Field field;
  EXPECT_FALSE(reader.next(field));
}

TEST(Protobuf, InnerMessagesTellTheByteOfTheFile) {
  const std::string_view bytes = "\x08\x01\x12\x03\x08\x01\x08"sv;
  ProtobufReader outer(bytes, "message");
  ProtobufReader::Field field;
  ASSERT_TRUE(outer.next(field) && outer.next(field));
  ProtobufReader inner = outer.inner(field);
  ASSERT_TRUE(inner.next(field));
  EXPECT_EQ(inner.offset(), 6);
  EXPECT_FAILS(inner.next(field), kCorrupt, "message: byte 7");
}

TEST(Protobuf, FieldsThatReachOverTheEndAreCorrupt) {
  EXPECT_FAILS(first("\x12\x03hi"sv), kCorrupt, "field 2 claims 3 bytes, but 2 are left");
  EXPECT_FAILS(first("\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv), kCorrupt, "claims 18446744073709551615 bytes");
  EXPECT_FAILS(first("\x08\x80"sv), kCorrupt, "over the end");
  EXPECT_FAILS(first("\x1D\x00\x00\x80"sv), kCorrupt, "over the end");
  EXPECT_FAILS(first("\x21\x00"sv), kCorrupt, "over the end");
}

TEST(Protobuf, NumbersOfMoreThanTenBytesAreCorrupt) {
  EXPECT_FAILS(first("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"sv), kCorrupt, "more than 10 bytes");
}

TEST(Protobuf, GroupsAndFieldNumberZeroAreCorrupt) {
  EXPECT_FAILS(first("\x0B\x0C"sv), kCorrupt, "of kind 3");
  EXPECT_FAILS(first("\x00\x01"sv), kCorrupt, "no field has such a number");
}

}  // namespace
}  // namespace sememe
