#include <gtest/gtest.h>

#include "io/json.h"
#include "sememe/error.h"
#include "tokenize/formats/tokenizer_json.h"

namespace sememe {
namespace {

std::unique_ptr<const Normalizer> read(std::string_view json) {
  const JsonDocument document = JsonDocument::parse(json, "test");
  return read_normalizer(document.root(), {});
}

std::string normalized(std::string_view json, std::string_view text) {
  NormalizedString string;
  string.assign(text, 0);
  read(json)->normalize(string);
  return std::string(string.text());
}

std::string error(std::string_view json) {
  try {
    read(json);
  } catch (const Error& e) {
    EXPECT_EQ(std::string_view(e.what()).find('\n'), std::string_view::npos);
    return e.what();
  }
  return "no error";
}

TEST(NormalizersJson, EveryTypeIsRead) {
  EXPECT_EQ(normalized(R"({"type": "NFKC"})", "\uFB03"), "ffi");
  EXPECT_EQ(normalized(R"({"type": "NFKD"})", "\u00E9"), "e\u0301");
  EXPECT_EQ(normalized(R"({"type": "Nmt"})", "a\tb"), "a b");
  EXPECT_EQ(normalized(R"({"type": "ByteLevel"})", " "), "\u0120");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"Regex": "a+"}, "content": "b"})", "aab"), "bb");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"String": "a+"}, "content": "b"})", "aa+b"), "abb");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"String": ""}, "content": "-"})", "ab"), "-a-b-");
  EXPECT_EQ(normalized(R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]})", "A"), "a");
}

TEST(NormalizersJson, TypesMayBeMissingOrOldWhereTheMembersTell) {
  EXPECT_EQ(read(R"({"strip_left": true, "strip_right": false})")->describe(), "Strip(left)");
  EXPECT_EQ(read(R"({"type": "StripNormalizer", "strip_left": true, "strip_right": true})")->describe(),
            "Strip(left, right)");
  EXPECT_EQ(
      read(R"({"type": "Bert", "clean_text": true, "handle_chinese_chars": false, "lowercase": false})")->describe(),
      "BertNormalizer(clean_text)");
  EXPECT_EQ(read(R"({"normalizers": [{"prepend": "x"}]})")->describe(), "Sequence(Prepend('x'))");
  EXPECT_EQ(read(R"({"pattern": {"String": "a"}, "content": "b"})")->describe(), "Replace('a', 'b')");
}

TEST(NormalizersJson, WhatTheReferenceRefusesIsAnErrorOfOneLine) {
  EXPECT_NE(error(R"({"type": "Strip", "strip_left": true})").find("strip_right"), std::string::npos);
  EXPECT_NE(error(R"({"type": "BertNormalizer"})").find("clean_text"), std::string::npos);
  EXPECT_NE(error(R"({"type": "nfc"})").find("'nfc'"), std::string::npos);
  EXPECT_NE(error(R"({})").find("type"), std::string::npos);
  EXPECT_NE(error(R"({"type": "Replace", "pattern": {}, "content": "b"})").find("String and Regex"), std::string::npos);
  EXPECT_NE(error(R"({"type": "Replace", "pattern": {"String": "a", "Regex": "b"}, "content": "b"})").find("pattern"),
            std::string::npos);
  EXPECT_NE(error(R"({"type": "Replace", "pattern": {"Regex": "("}, "content": "b"})"), "no error");
  EXPECT_NE(error(R"({"type": "Precompiled", "precompiled_charsmap": ""})").find("base64"), std::string::npos);
  EXPECT_NE(error(R"({"type": "Precompiled", "precompiled_charsmap": "!!!"})").find("base64"), std::string::npos);
  EXPECT_NE(error(R"({"type": "Precompiled", "precompiled_charsmap": "AAAA"})"), "no error");
  EXPECT_NE(error(R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, null]})"), "no error");
}

}  // namespace
}  // namespace sememe
