#include <gtest/gtest.h>

#include "io/test_files.h"
#include "sememe/error.h"
#include "sememe/tokenizer.h"

namespace sememe {
namespace {

class DecodeStreamTest : public testing::Test {
 protected:
  /// A byte-level BPE: "a" to "c", a space, the bytes of U+00E9 and a special token.
  Tokenizer byte_level(const std::string& decoder = R"({"type": "ByteLevel"})") {
    return Tokenizer::load(folder_.add("tokenizer.json", R"({
      "added_tokens": [{"id": 6, "content": "<s>", "special": true}],
      "pre_tokenizer": null, "decoder": )" + decoder + R"(,
      "model": {"type": "BPE", "merges": [], "vocab": {"a": 0, "b": 1, "c": 2, "\u0120": 3, "\u00C3": 4, "\u00A9": 5}}
    })"));
  }
  static std::string all(DecodeStream stream, const std::vector<std::int32_t>& ids) {
    std::string out;
    for (const std::int32_t id : ids) out += stream.step(id).value_or("");
    return out + stream.finish();
  }
  test::TemporaryFolder folder_;
};

TEST_F(DecodeStreamTest, TextComesOnceItsLastCharacterIsComplete) {
  const Tokenizer tokenizer = byte_level();
  DecodeStream stream = tokenizer.decode_stream();
  EXPECT_EQ(stream.step(0), "a");
  EXPECT_EQ(stream.step(4), std::nullopt);
  EXPECT_EQ(stream.step(5), "\u00E9");
  EXPECT_EQ(stream.step(6), std::nullopt) << "special";
  EXPECT_EQ(stream.step(3), " ");
  EXPECT_EQ(stream.step(4), std::nullopt);
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.step(1), "b") << "anew";
  EXPECT_EQ(tokenizer.decode_stream(false).step(6), "<s>");
}

TEST_F(DecodeStreamTest, WhatItGivesOutIsTheTextOfAll) {
  const Tokenizer tokenizer = byte_level();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back((i * i + i / 7) % 7);
  EXPECT_EQ(all(tokenizer.decode_stream(), ids), tokenizer.decode(ids));
  EXPECT_EQ(all(tokenizer.decode_stream(false), ids), tokenizer.decode(ids, false));
}

TEST_F(DecodeStreamTest, SpacesBetweenTokensAreThoseOfTheWholeText) {
  const Tokenizer tokenizer = byte_level(R"({"type": "WordPiece", "prefix": "##", "cleanup": false})");
  DecodeStream stream = tokenizer.decode_stream();
  EXPECT_EQ(stream.step(0), "a");
  EXPECT_EQ(stream.step(1), " b");
  EXPECT_EQ(stream.step(1), " b");
}

TEST_F(DecodeStreamTest, LongRunsOfIncompleteBytesAreNotDecodedAgainAndAgain) {
  const Tokenizer tokenizer = byte_level();
  std::vector<std::int32_t> ids(100000, 4);  // a lead byte each
  ids.push_back(0);
  EXPECT_EQ(all(tokenizer.decode_stream(), ids), tokenizer.decode(ids));
}

TEST_F(DecodeStreamTest, UnknownIdsAreRefused) {
  const Tokenizer tokenizer = byte_level();
  DecodeStream stream = tokenizer.decode_stream();
  EXPECT_THROW(stream.step(7), Error);
  EXPECT_THROW(stream.step(-1), Error);
}

TEST_F(DecodeStreamTest, SpecialTokensInATextArePlainTextOnRequest) {
  const Tokenizer tokenizer = byte_level();
  TokenizeOptions plain;
  plain.encode_special_tokens = true;
  EXPECT_EQ(tokenizer.encode("a<s>b").ids, (std::vector<std::int32_t>{0, 6, 1}));
  EXPECT_EQ(tokenizer.encode("a<s>b", plain).ids, (std::vector<std::int32_t>{0, 1})) << "< s > have no tokens";
  std::vector<std::int32_t> ids;
  tokenizer.encode_ids("a<s>b", ids, plain);
  EXPECT_EQ(ids, (std::vector<std::int32_t>{0, 1}));
}

}  // namespace
}  // namespace sememe
