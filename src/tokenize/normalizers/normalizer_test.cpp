#include <gtest/gtest.h>

#include <memory>

#include "support/normalized.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/replace.h"
#include "tokenize/normalizers/text_normalizers.h"

namespace sememe {
namespace {

using test::normalized;

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

TEST(Lowercase, KeepsTheAlignmentWhereLengthsStay) {
  EXPECT_EQ(normalized(Lowercase(), "AbC \u00C9\u0130\u212A."),
            "abc \u00E9i\u0307k.|0-1 1-2 2-3 3-4 4-6 6-8 6-8 8-11 11-12");
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

TEST(UnicodeNormalizer, CompatibilityFormsBelongToWhatTheyReplace) {
  EXPECT_EQ(normalized(UnicodeNormalizer(NormalForm::kNfkd), "\uFB03a"), "ffia|0-3 0-3 0-3 3-4");
  EXPECT_EQ(normalized(UnicodeNormalizer(NormalForm::kNfkc), "\uFF76\uFF9E"), "\u30AC|0-3") << "the mark is gone";
  EXPECT_EQ(normalized(UnicodeNormalizer(NormalForm::kNfc), "\uFB03"), "\uFB03|0-3");
}

TEST(UnicodeNormalizer, SettledTextIsNotCopied) {
  const std::string text = "Settled: \u00E9t\u00E9 \u4E2D\u6587 \u0915\u094D";
  for (const NormalForm form : {NormalForm::kNfc, NormalForm::kNfkc}) {
    NormalizedString string;
    string.assign(text, 0);
    UnicodeNormalizer(form).normalize(string);
    EXPECT_EQ(string.text().data(), text.data());
  }
}

TEST(Nmt, DropsControlsAndMakesSpacesOfInvisibleCharacters) {
  EXPECT_EQ(normalized(Nmt(), "a\x01\x7F\tb\u200B\u2581\u0085"), "a b  \u0085|0-1 3-4 4-5 5-8 8-11 11-13");
}

TEST(ByteLevelNormalizer, EveryByteIsACharacterOfItsCharactersRange) {
  EXPECT_EQ(normalized(ByteLevelNormalizer(), "a \u00E9"), "a\u0120\u00C3\u00A9|0-1 1-2 2-4 2-4");
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

TEST(ReplaceRegex, ReplacesEveryMatch) {
  EXPECT_EQ(normalized(ReplaceRegex("[ae]+", "_"), "baec"), "b_c|0-1 2-3 3-4");
  EXPECT_EQ(normalized(ReplaceRegex("[ae]", ""), "baec"), "bc|0-1 3-4");
  EXPECT_EQ(normalized(ReplaceRegex("\\s+", " "), "a \u3000\tb c"), "a b c|0-1 5-6 6-7 7-8 8-9");
  EXPECT_EQ(normalized(ReplaceRegex(" {2,}", "\u2581"), "a   b c"), "a\u2581b c|0-1 3-4 4-5 5-6 6-7");
  EXPECT_EQ(normalized(ReplaceRegex("x", "y"), ""), "");
}

TEST(ReplaceRegex, EmptyMatchesBelongToTheCharacterBefore) {
  EXPECT_EQ(normalized(ReplaceRegex("", "x"), "a\u00E9"), "xax\u00E9x|0-0 0-1 0-1 1-3 1-3");
  EXPECT_EQ(normalized(ReplaceRegex("(?<=[a-z])(?=[A-Z])", "_"), "aB"), "a_B|0-1 0-1 1-2");
}

TEST(TextNormalizers, PrependedTextBelongsToTheFirstCharacter) {
  EXPECT_EQ(normalized(Prepend("__"), "\u00E9a"), "__\u00E9a|0-2 0-2 0-2 2-3");
  EXPECT_EQ(normalized(Prepend("__"), ""), "");
  EXPECT_EQ(normalized(Prepend(""), "\u00E9a"), "\u00E9a|0-0 2-3") << "as in the reference";
}

}  // namespace
}  // namespace sememe
