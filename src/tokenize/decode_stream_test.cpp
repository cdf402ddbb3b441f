#include <gtest/gtest.h>

#include "base/rng.h"
#include "io/test_files.h"
#include "sememe/error.h"
#include "sememe/tokenizer.h"
#include "tokenize/formats/test_models.h"

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

// A million tokens: quadratic work would take hours.
TEST_F(DecodeStreamTest, LongRunsOfWhatIsNotCertainAreNotDecodedAgainAndAgain) {
  std::vector<std::int32_t> ids(1000000, 4);  // a lead byte each
  ids.push_back(0);
  for (const char* decoder : {R"({"type": "ByteLevel"})", R"({"type": "ByteFallback"})", R"({"type": "Fuse"})",
                              R"({"type": "Strip", "content": "\u00C3", "start": 1, "stop": 1})"}) {
    const Tokenizer tokenizer = byte_level(decoder);
    EXPECT_EQ(all(tokenizer.decode_stream(), ids), tokenizer.decode(ids)) << decoder;
  }
}

/// Every kind of decoder, alone and in the rows that real files have, over tokens that mean something to each.
TEST_F(DecodeStreamTest, ForEveryDecoderRandomIdsGiveTheTextOfAll) {
  const char* const decoders[] = {
      "null",
      R"({"type": "ByteLevel"})",
      R"({"type": "ByteFallback"})",
      R"({"type": "Fuse"})",
      R"({"type": "WordPiece", "prefix": "##", "cleanup": true})",
      R"({"type": "WordPiece", "prefix": "##", "cleanup": false})",
      R"({"type": "BPEDecoder", "suffix": "</w>"})",
      R"({"type": "BPEDecoder", "suffix": ""})",
      R"({"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true})",
      R"({"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "a", "cleanup": true})",
      R"({"type": "Replace", "pattern": {"Regex": "[a ]+"}, "content": "-"})",
      R"({"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
          {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})",
      R"({"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Metaspace", "replacement": "\u2581"}]})",
      R"({"type": "Sequence", "decoders": [{"type": "ByteLevel"},
          {"type": "Replace", "pattern": {"String": "</w>"}, "content": " "},
          {"type": "Strip", "content": " ", "start": 1000000000, "stop": 1000000000}]})",
      R"({"type": "Sequence", "decoders": [{"type": "Fuse"},
          {"type": "Replace", "pattern": {"Regex": "a+b"}, "content": "x"}]})",
      R"({"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "BPEDecoder", "suffix": "aa"}]})",
  };
  constexpr std::uint32_t kTokens = 21;
  for (const char* decoder : decoders) {
    const Tokenizer tokenizer = Tokenizer::load(folder_.add("tokenizer.json", R"({
      "added_tokens": [{"id": 20, "content": "<s>", "special": true}],
      "pre_tokenizer": null, "decoder": )" + std::string(decoder) + R"(,
      "model": {"type": "BPE", "merges": [], "vocab": {"a": 0, "b": 1, "##b": 2, "\u0120": 3, "\u00C3": 4, "\u00A9": 5,
        "<0xC3>": 6, "<0xA9>": 7, "<0x20>": 8, "<0xF0>": 9, "<0x9F>": 10, "a</w>": 11, "</w>": 12, "</": 13, "w>": 14,
        "\u2581": 15, "\u2581a": 16, "\u4E2D": 17, " .": 18, "<pad>": 19}}})"));
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
      const CounterRng rng(seed, 0);
      std::vector<std::int32_t> ids;
      const std::uint32_t some = 1 + rng.below(0, kTokens), size = rng.below(1, 40);
      for (std::uint32_t i = 0; i < size; ++i)
        ids.push_back(static_cast<std::int32_t>((seed + rng.below(2 + i, some)) % kTokens));
      for (const bool skip : {true, false}) {
        ASSERT_EQ(all(tokenizer.decode_stream(skip), ids), tokenizer.decode(ids, skip)) << decoder << " seed " << seed;
      }
    }
  }
}

TEST_F(DecodeStreamTest, WhatIsCertainDoesNotWait) {
  const Tokenizer clip = byte_level(R"({"type": "Sequence", "decoders": [{"type": "ByteLevel"},
      {"type": "Replace", "pattern": {"String": "ab"}, "content": " "},
      {"type": "Strip", "content": " ", "start": 9, "stop": 9}]})");
  DecodeStream stream = clip.decode_stream();
  EXPECT_EQ(stream.step(3), std::nullopt) << "a space at the begin goes";
  EXPECT_EQ(stream.step(2), "c");
  EXPECT_EQ(stream.step(0), std::nullopt) << "may be the begin of what is replaced";
  EXPECT_EQ(stream.step(1), std::nullopt) << "a space at the end goes";
  EXPECT_EQ(stream.step(1), " b");
  EXPECT_EQ(stream.step(0), std::nullopt);
  EXPECT_EQ(stream.finish(), "a");
  const Tokenizer words = byte_level(R"({"type": "BPEDecoder", "suffix": "a"})");
  DecodeStream other = words.decode_stream();
  EXPECT_EQ(other.step(2), "c");
  EXPECT_EQ(other.step(0), std::nullopt);
  EXPECT_EQ(other.step(1), " b");
  EXPECT_EQ(other.finish(), "");
}

TEST_F(DecodeStreamTest, SentencePieceTextComesAsItDoesInTheWhole) {
  using Type = SentencePiece::Type;
  test::SentencePieceFile file;
  file.pieces = {{"<unk>", 0, Type::kUnknown},
                 {"<s>", 0, Type::kControl},
                 {"\u2581", -1},
                 {"\u2581a", -2},
                 {"b\u2581", -3},
                 {"b", -4}};
  const auto first_byte = static_cast<std::int32_t>(file.pieces.size());
  for (const std::string& byte : test::byte_pieces()) file.pieces.push_back({byte, 0, Type::kByte});
  file.byte_fallback = true;
  const Tokenizer tokenizer = Tokenizer::load(folder_.add("spiece.model", file.bytes()));
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const CounterRng rng(seed, 1);
    std::vector<std::int32_t> ids;
    for (std::uint32_t i = 0, size = rng.below(0, 30); i < size; ++i) {
      constexpr std::uint8_t kBytes[] = {0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80, 0x61};
      ids.push_back(rng.below(1 + 2 * i, 2) == 0 ? static_cast<std::int32_t>(rng.below(2 + 2 * i, 6))
                                                 : first_byte + kBytes[rng.below(2 + 2 * i, 7)]);
    }
    ASSERT_EQ(all(tokenizer.decode_stream(false), ids), tokenizer.decode(ids, false)) << seed;
  }
  const std::vector<std::int32_t> same(300000, first_byte + 0xF0);
  EXPECT_EQ(all(tokenizer.decode_stream(), same), tokenizer.decode(same));
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
