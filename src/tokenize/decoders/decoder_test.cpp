#include <gtest/gtest.h>

#include "tokenize/decoders/decoded_tokens.h"
#include "tokenize/decoders/text_decoders.h"

namespace sememe {
namespace {

using Tokens = std::vector<std::string>;

/// What becomes of tokens that come whole; characters one by one must give the same.
Tokens decoded(const Decoder& decoder, const Tokens& tokens) {
  const Tokens out = test::decoded_tokens(decoder, tokens);
  EXPECT_EQ(test::decoded_tokens(decoder, tokens, /*in_parts=*/true), out);
  return out;
}

TEST(Decoders, MatchesThatBeganAreTakenAcrossParts) {
  EXPECT_EQ(begun_match("xaab", "aabaa"), 3u);
  EXPECT_EQ(begun_match("aabaa", "aabaa"), 2u) << "less than all of it";
  EXPECT_EQ(begun_match("aabx", "aabaa"), 0u);
  EXPECT_EQ(begun_match("", "a"), 0u);
  EXPECT_EQ(decoded(ReplaceDecoder("aab", "-"), {"aaab", "aa", "b"}), (Tokens{"a-", "aa", "b"}));
}

TEST(BpeDecoder, SuffixIsASpaceButAtTheEnd) {
  EXPECT_EQ(decoded(BpeDecoder("</w>"), {"th", "e</w>", "cat</w>"}), (Tokens{"th", "e ", "cat"}));
  EXPECT_EQ(decoded(BpeDecoder(""), {"ab", "c"}), (Tokens{" a b ", "c"})) << "as Rust's replace of an empty text";
  EXPECT_EQ(decoded(BpeDecoder("</w>"), {}), Tokens{});
  EXPECT_EQ(decoded(BpeDecoder("</w>"), {"a</w></", "", "</w>b</"}), (Tokens{"a </", "", "b</"}));
}

TEST(ByteLevelDecoder, CharactersBecomeBytesAndBadUtf8IsMarked) {
  EXPECT_EQ(decoded(ByteLevelDecoder(), {"caf\u00C3", "\u00A9", "\u0120x"}), Tokens{"caf\u00E9 x"});
  EXPECT_EQ(decoded(ByteLevelDecoder(), {"a\u00C3", "b"}), Tokens{"a\uFFFDb"});
  EXPECT_EQ(decoded(ByteLevelDecoder(), {"\u0120\u4E2D", "\u0120"}), Tokens{"\u0120\u4E2D "})
      << "a token with a character that is no byte stays whole";
}

TEST(ByteFallbackDecoder, BytesInARowAreTextOrMarkedOneByOne) {
  EXPECT_EQ(decoded(ByteFallbackDecoder(), {"<0xE5>", "<0x8f>", "<0xAb>", "a"}), (Tokens{"\u53EB", "a"}));
  EXPECT_EQ(decoded(ByteFallbackDecoder(), {"<0xE5>", "<0x8F>", "a"}), (Tokens{"\uFFFD", "\uFFFD", "a"}));
  EXPECT_EQ(decoded(ByteFallbackDecoder(), {"<0x+A>", "<0xZZ>", "<0x0A"}), (Tokens{"\n", "<0xZZ>", "<0x0A"}));
}

TEST(MetaspaceDecoder, MarksAreSpacesButInTheFirstToken) {
  EXPECT_EQ(decoded(MetaspaceDecoder("\u2581", true), {"\u2581Hey\u2581", "\u2581you"}), (Tokens{"Hey", " you"}));
  EXPECT_EQ(decoded(MetaspaceDecoder("\u2581", false), {"\u2581Hey", "\u2581you"}), (Tokens{" Hey", " you"}));
}

std::string text(const WordPieceDecoder& decoder, const Tokens& tokens) {
  std::string out;
  for (const std::string& token : decoded(decoder, tokens)) out.append(token);
  return out;
}

TEST(WordPieceDecoder, JoinsContinuationsAndTidiesPunctuation) {
  EXPECT_EQ(text({"##", true}, {"##uelo", "Ara", "##\u00FA", "##jo", "."}), "##uelo Ara\u00FAjo.");
  EXPECT_EQ(text({"##", false}, {"a", "##b", ".", "'s"}), "ab . 's");
  EXPECT_EQ(text({"##", true}, {"it", "'s", "a", "?", "!", ","}), "it's a?!,");
  EXPECT_EQ(text({"@@", true}, {"a", "@@b", "##c"}), "ab ##c");
  EXPECT_EQ(text({"##", true}, {}), "");
}

TEST(CtcDecoder, RepetitionsAndPaddingGo) {
  const Tokens heard = {"<pad>", "h", "h", "e", "<pad>", "l", "l", "<pad>", "l", "o", "|", "|", "!"};
  EXPECT_EQ(decoded(CtcDecoder("<pad>", "|", true), heard), (Tokens{"h", "e", "l", "l", "o", " ", "!"}));
  EXPECT_EQ(decoded(CtcDecoder("<pad>", "|", false), {"a", "|", "b"}), (Tokens{"a", "|", "b"}))
      << "as the reference: delimiters stay without cleanup";
}

TEST(ReplaceDecoder, TakesTextsAndPatterns) {
  EXPECT_EQ(decoded(ReplaceDecoder("_", " "), {"_a_b", "c", ""}), (Tokens{" a b", "c", ""}));
  EXPECT_EQ(decoded(ReplaceDecoder("", "-"), {"ab", ""}), (Tokens{"-a-b-", ""}));
  EXPECT_EQ(decoded(ReplaceDecoder(Regex("[aeiou]+"), "*"), {"queue", "xyz"}), (Tokens{"q*", "xyz"}));
}

TEST(StripDecoder, TakesAtMostSoManyFromEachEnd) {
  EXPECT_EQ(decoded(StripDecoder("H", 1, 0), {"Hey", " friend!", "HHH"}), (Tokens{"ey", " friend!", "HH"}));
  EXPECT_EQ(decoded(StripDecoder("y", 0, 2), {"Heyyy", "y"}), (Tokens{"Hey", ""}));
  EXPECT_EQ(decoded(StripDecoder("y", 1, 1), {"yy", "yyy", "y", "ayby"}), (Tokens{"", "y", "", "ayb"}));
}

TEST(DecoderSequence, StepsFollowEachOther) {
  std::vector<std::unique_ptr<const Decoder>> steps;
  steps.push_back(std::make_unique<ReplaceDecoder>("\u2581", " "));
  steps.push_back(std::make_unique<ByteFallbackDecoder>());
  steps.push_back(std::make_unique<FuseDecoder>());
  steps.push_back(std::make_unique<StripDecoder>(" ", 1, 0));
  EXPECT_EQ(decoded(DecoderSequence(std::move(steps)), {"\u2581a", "<0xC3>", "<0xA9>", "\u2581b"}),
            Tokens{"a\u00E9 b"});
}

}  // namespace
}  // namespace sememe
