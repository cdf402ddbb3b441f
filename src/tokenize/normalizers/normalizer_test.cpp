#include <gtest/gtest.h>

#include <memory>

#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/replace.h"
#include "tokenize/normalizers/text_normalizers.h"

namespace sememe {
namespace {

/// The normalized text, then the original of each of its code points: "ab|0-1 1-3".
std::string normalized(const Normalizer& normalizer, std::string_view text, std::int32_t shift = 0) {
  NormalizedString string;
  string.assign(text, shift);
  normalizer.normalize(string);
  std::string out(string.text());
  char separator = '|';
  for (std::int32_t at = 0; at < string.size();) {
    const std::int32_t end = at + decode_utf8(string.text(), static_cast<std::size_t>(at)).length;
    const Offset offset = string.original(at, end);
    out += separator + std::to_string(offset.begin) + '-' + std::to_string(offset.end);
    separator = ' ';
    at = end;
  }
  return out;
}

BertNormalizer bert(bool clean, bool chinese, std::optional<bool> strip, bool lower) {
  return BertNormalizer({clean, chinese, strip, lower});
}

TEST(BertNormalizer, OffsetsOfDecomposedTextPointIntoTheOriginal) {
  const BertNormalizer normalizer({});
  EXPECT_EQ(normalized(normalizer, "\u00C9a"), "ea|0-2 2-3");
  EXPECT_EQ(normalized(normalizer, "E\u0301a"), "ea|0-1 3-4") << "the mark belongs to nothing";
  EXPECT_EQ(normalized(normalizer, "\u00C9", 7), "e|7-9") << "shifted";
}

TEST(BertNormalizer, ControlCharactersVanishAndWhitespaceBecomesSpace) {
  const BertNormalizer normalizer = bert(true, false, false, false);
  EXPECT_EQ(normalized(normalizer, std::string_view("a\0b\tc", 5)), "ab c|0-1 2-3 3-4 4-5");
  EXPECT_EQ(normalized(normalizer, "\u200Ba\uFFFD\u3000"), "a |3-4 7-10");
  EXPECT_EQ(normalized(normalizer, "\x7F\u00AD"), "");
  EXPECT_EQ(normalized(normalizer, "\x0B"), "") << "whitespace, but a control character first";
}

TEST(BertNormalizer, IdeographsGetSpacesThatHaveTheirOffsets) {
  EXPECT_EQ(normalized(bert(false, true, false, false), "a\u4E2Db"), "a \u4E2D b|0-1 1-4 1-4 1-4 4-5");
  EXPECT_EQ(normalized(bert(false, true, false, false), "\u3042"), "\u3042|0-3") << "kana are not ideographs";
}

TEST(BertNormalizer, StrippingFollowsLowercaseUnlessGiven) {
  EXPECT_EQ(normalized(bert(true, true, std::nullopt, true), "\u00C9"), "e|0-2");
  EXPECT_EQ(normalized(bert(true, true, std::nullopt, false), "\u00C9"), "\u00C9|0-2");
  EXPECT_EQ(normalized(bert(true, true, true, false), "\u00C9"), "E|0-2");
  EXPECT_EQ(normalized(bert(true, true, false, true), "\u00C9"), "\u00E9|0-2");
}

TEST(BertNormalizer, LowerCaseMayBeLonger) {
  EXPECT_EQ(normalized(bert(false, false, false, true), "\u0130x"), "i\u0307x|0-2 0-2 2-3");
}

TEST(BertNormalizer, MarksThatStayAreReordered) {
  // U+302E is a spacing mark of class 224: it goes before U+0301 (230), which goes; positions are taken in order.
  EXPECT_EQ(normalized(bert(false, false, true, false), "e\u0301\u302E"), "e\u302E|0-1 1-3");
}

TEST(TextNormalizers, DecompositionAndCompositionKeepTheWayBack) {
  EXPECT_EQ(normalized(UnicodeNormalizer(NormalForm::kNfd), "\u00E9a"), "e\u0301a|0-2 0-2 2-3");
  EXPECT_EQ(normalized(UnicodeNormalizer(NormalForm::kNfc), "e\u0301a"), "\u00E9a|0-1 3-4");
  std::vector<std::unique_ptr<const Normalizer>> steps;
  steps.push_back(std::make_unique<UnicodeNormalizer>(NormalForm::kNfd));
  steps.push_back(std::make_unique<StripAccents>());
  steps.push_back(std::make_unique<Lowercase>());
  EXPECT_EQ(normalized(NormalizerSequence(std::move(steps)), "\u00C9A"), "ea|0-2 2-3");
}

TEST(TextNormalizers, StripTakesWhitespaceFromTheEndsOnly) {
  EXPECT_EQ(normalized(Strip(true, true), "\u3000 a b \n"), "a b|4-5 5-6 6-7");
  EXPECT_EQ(normalized(Strip(true, false), " a "), "a |1-2 2-3");
  EXPECT_EQ(normalized(Strip(false, true), " a "), " a|0-1 1-2");
  EXPECT_EQ(normalized(Strip(true, true), "  "), "");
}

TEST(TextNormalizers, ReplacementHasTheOffsetsOfTheLastReplacedCharacter) {
  EXPECT_EQ(normalized(ReplaceString("ab", "xyz"), "cabab"), "cxyzxyz|0-1 2-3 2-3 2-3 4-5 4-5 4-5");
  EXPECT_EQ(normalized(ReplaceString(" ", ""), "a b"), "ab|0-1 2-3");
  EXPECT_EQ(normalized(ReplaceString("q", "x"), "ab"), "ab|0-1 1-2");
}

TEST(TextNormalizers, PrependedTextBelongsToTheFirstCharacter) {
  EXPECT_EQ(normalized(Prepend("__"), "\u00E9a"), "__\u00E9a|0-2 0-2 0-2 2-3");
  EXPECT_EQ(normalized(Prepend("__"), ""), "");
}

}  // namespace
}  // namespace sememe
