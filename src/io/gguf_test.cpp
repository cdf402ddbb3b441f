#include "io/gguf.h"

#include <gtest/gtest.h>

#include "io/test_files.h"

namespace sememe {
namespace {

using namespace std::string_literals;
using test::TemporaryFolder;

/// Header for `keys` keys, then their bytes.
std::string file(int keys, const std::string& body, int version = 3) {
  return "GGUF"s + static_cast<char>(version) + "\0\0\0"s + std::string(8, '\0') + static_cast<char>(keys) +
         std::string(7, '\0') + body;
}

std::string text(const std::string& value) {
  return std::string(1, static_cast<char>(value.size())) + std::string(7, '\0') + value;
}
std::string entry(const std::string& key, int type, const std::string& value) {
  return text(key) + static_cast<char>(type) + "\0\0\0"s + value;
}
std::string array(int type, int count, const std::string& values) {
  return std::string(1, static_cast<char>(type)) + "\0\0\0"s + static_cast<char>(count) + std::string(7, '\0') + values;
}

TEST(Gguf, ReadsValuesOfEveryType) {
  const TemporaryFolder folder;
  const GgufFile gguf(folder.add(
      "x.gguf", file(8, entry("s", 8, text("hi")) + entry("b", 7, "\1") + entry("i", 5, "\xFE\xFF\xFF\xFF") +
                            entry("u", 10, "\1\0\0\0\0\0\0\0"s) + entry("ss", 9, array(8, 2, text("a") + text(""))) +
                            entry("fs", 9, array(6, 1, "\0\0\x80\xBF"s)) +
                            entry("is", 9, array(3, 2, "\1\0\xFF\xFF"s)) + entry("bs", 9, array(0, 3, "abc")))));
  EXPECT_EQ(gguf.text("s"), "hi");
  EXPECT_EQ(gguf.flag("b"), true);
  EXPECT_EQ(gguf.integer("i"), -2);
  EXPECT_EQ(gguf.integer("u"), 1);
  EXPECT_EQ(gguf.texts("ss"), (std::vector<std::string_view>{"a", ""}));
  EXPECT_EQ(gguf.floats("fs"), std::vector<float>{-1});
  EXPECT_EQ(gguf.integers("is"), (std::vector<std::int64_t>{1, -1}));
  EXPECT_EQ(gguf.bytes("bs"), "abc");
  EXPECT_FALSE(gguf.has("other"));
  EXPECT_EQ(gguf.text("other"), std::nullopt);
  EXPECT_TRUE(gguf.texts("other").empty());
  EXPECT_FAILS(gguf.text("i"), kCorrupt, "'i': expected a text");
  EXPECT_FAILS(gguf.integer("s"), kCorrupt, "'s': expected an integer");
  EXPECT_FAILS(gguf.texts("s"), kCorrupt, "'s': expected an array");
}

TEST(Gguf, ClaimsBeyondTheFileAreCorruptAndAllocateNothing) {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& bytes) { return GgufFile(folder.add("x.gguf", bytes)); };
  EXPECT_FAILS(load("GGUF"), kCorrupt, "not a GGUF file");
  EXPECT_FAILS(load(file(1, "")), kCorrupt, "8 bytes are expected, but 0 are left");
  EXPECT_FAILS(load(file(1, std::string(8, '\xFF'))), kCorrupt, "18446744073709551615 bytes are expected");
  const std::string many = "\6\0\0\0"s + std::string(8, '\x7F');
  EXPECT_FAILS(load(file(1, entry("k", 9, many))), kCorrupt, "('k'): 9187201950435737471 values reach over the end");
  EXPECT_FAILS(load(file(1, entry("k", 9, "\10\0\0\0"s + std::string(8, '\x7F')))), kCorrupt,
               "values reach over the end");
  EXPECT_FAILS(load(file(2, entry("k", 7, "\1") + entry("k", 7, "\1"))), kCorrupt, "'k' is there twice");
}

TEST(Gguf, OtherVersionsAndNestedArraysAreUnsupported) {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& bytes) { return GgufFile(folder.add("x.gguf", bytes)); };
  EXPECT_FAILS(load(file(0, "", 1)), kUnsupported, "GGUF version 1");
  EXPECT_FAILS(load(file(1, entry("k", 9, array(9, 1, "")))), kUnsupported, "no array within an array");
  EXPECT_FAILS(load(file(1, entry("k", 13, ""))), kUnsupported, "a value of type 13");
}

}  // namespace
}  // namespace sememe
