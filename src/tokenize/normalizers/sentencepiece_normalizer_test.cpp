#include "tokenize/normalizers/sentencepiece_normalizer.h"

#include <gtest/gtest.h>

#include "io/test_files.h"

namespace sememe {
namespace {

using Type = SentencePiece::Type;
using Options = SentencePieceNormalizer::Options;

std::string shown(std::string text) {
  for (std::size_t at; (at = text.find("\xE2\x96\x81")) != std::string::npos;) text.replace(at, 3, "_");
  return text;
}

std::string normal(const Options& options, std::string_view text, const std::vector<SentencePiece>& pieces = {}) {
  return shown(SentencePieceNormalizer(options, "", pieces, "model").normalize(text));
}

TEST(SentencePieceNormalizer, OneMarkBeforeEachWord) {
  EXPECT_EQ(normal({}, "  a  b "), "_a_b");
  EXPECT_EQ(normal({}, "   "), "");
  EXPECT_EQ(normal({}, ""), "");
  EXPECT_EQ(normal({}, "a\xE2\x96\x81"), "_a");  // a mark of the text's own at its end goes as well
}

TEST(SentencePieceNormalizer, EverySwitch) {
  EXPECT_EQ(normal({.add_dummy_prefix = false}, " a  b "), "a_b");
  EXPECT_EQ(normal({.remove_extra_whitespaces = false}, " a  b "), "__a__b_");
  EXPECT_EQ(normal({.escape_whitespaces = false}, " a  b "), " a b");
  EXPECT_EQ(normal({.treat_whitespace_as_suffix = true}, " a  b "), "a_b_");
}

TEST(SentencePieceNormalizer, UserDefinedSymbolsStayButForTheirSpaces) {
  const std::vector<SentencePiece> pieces{{"a b", 0, Type::kUserDefined}, {"x", 0, Type::kNormal}};
  EXPECT_EQ(normal({}, "a b  x", pieces), "_a_b_x");
  EXPECT_EQ(normal({.add_dummy_prefix = false}, "xa b", pieces), "xa_b");
}

TEST(SentencePieceNormalizer, RangesAreTheReferences) {
  const SentencePieceNormalizer normalizer({}, "", {}, "model");
  NormalizedString text;
  text.assign(" a  \xC3\xA9 ", 10);
  normalizer.normalize(text);
  ASSERT_EQ(shown(std::string(text.text())), "_a_\xC3\xA9");
  EXPECT_EQ(text.original(0, 3), (Offset{11, 11}));  // what stands before the text has no range
  EXPECT_EQ(text.original(0, 4), (Offset{11, 12}));
  EXPECT_EQ(text.original(4, 7), (Offset{12, 14}));  // up to the next character that stays
  EXPECT_EQ(text.original(7, 9), (Offset{14, 16}));
  EXPECT_EQ(text.original(7, 8), (Offset{14, 14}));  // a byte of a character: the last has its range
}

TEST(SentencePieceNormalizer, DamagedRulesAreCorrupt) {
  const auto load = [](std::string_view charsmap) { return SentencePieceNormalizer({}, charsmap, {}, "x.model"); };
  EXPECT_FAILS(load("abc"), kCorrupt, "x.model: precompiled_charsmap");
  EXPECT_FAILS(load(std::string_view("\x08\0\0\0abcdabcd", 12)), kCorrupt, "do not end");
  EXPECT_FAILS(load(std::string_view("\xFF\0\0\0abcd", 8)), kCorrupt, "claims 255 bytes");
}

}  // namespace
}  // namespace sememe
