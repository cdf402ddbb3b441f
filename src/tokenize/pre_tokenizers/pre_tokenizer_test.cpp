#include <gtest/gtest.h>

#include "tokenize/pre_tokenizers/byte_level.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "tokenize/pre_tokenizers/fixed_length.h"
#include "tokenize/pre_tokenizers/metaspace.h"
#include "tokenize/pre_tokenizers/split.h"
#include "tokenize/pre_tokenizers/unicode_scripts.h"

namespace sememe {
namespace {

/// The pieces, with bars between.
std::string pieces(const PreTokenizer& pre_tokenizer, std::string_view text) {
  NormalizedString string;
  string.assign(text, 0);
  std::vector<Piece> list;
  if (!text.empty()) list.push_back({0, string.size(), -1});
  pre_tokenizer.split(string, list);
  std::string out;
  for (const Piece& piece : list) {
    EXPECT_LT(piece.begin, piece.end);
    out.append(out.empty() ? "" : "|");
    out.append(
        string.text().substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin)));
  }
  return out;
}

/// Where the pieces stand in the original, as "begin-end begin-end".
std::string offsets(const PreTokenizer& pre_tokenizer, std::string_view text, std::int32_t shift = 0) {
  NormalizedString string;
  string.assign(text, shift);
  std::vector<Piece> list = {{0, string.size(), -1}};
  pre_tokenizer.split(string, list);
  std::string out;
  for (const Piece& piece : list) {
    const Offset offset = string.original(piece.begin, piece.end);
    out.append(out.empty() ? "" : " ")
        .append(std::to_string(offset.begin))
        .append("-")
        .append(std::to_string(offset.end));
  }
  return out;
}

using enum SplitBehavior;

TEST(BertPreTokenizer, SplitsAtSpacesAndAroundEachPunctuationCharacter) {
  EXPECT_EQ(pieces(BertPreTokenizer(), "Hey friend!     How are you?!?"), "Hey|friend|!|How|are|you|?|!|?");
  EXPECT_EQ(pieces(BertPreTokenizer(), "a$b\u3000c\u2014d"), "a|$|b|c|\u2014|d");
  EXPECT_EQ(pieces(BertPreTokenizer(), "a\u20ACb"), "a\u20ACb") << "a symbol beyond ASCII is not punctuation";
  EXPECT_EQ(pieces(BertPreTokenizer(), ""), "");
  EXPECT_EQ(pieces(BertPreTokenizer(), " \t "), "");
}

TEST(Punctuation, EachBehaviorTreatsDelimitersItsOwnWay) {
  const std::string text = "the-final--countdown";
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kRemoved), text), "the|final|countdown");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kIsolated), text), "the|-|final|-|-|countdown");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kMergedWithPrevious), text), "the-|final-|-|countdown");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kMergedWithNext), text), "the|-final|-|-countdown");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kContiguous), text), "the|-|final|--|countdown");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kMergedWithNext), "a--"), "a|-|-");
  EXPECT_EQ(pieces(Punctuation(SplitBehavior::kMergedWithPrevious), "--a"), "-|-|a");
}

TEST(Whitespace, KeepsWordsApartFromSymbols) {
  EXPECT_EQ(pieces(Whitespace(), "Hey man! \u00E9t\u00E9_1 a\u0301$$"), "Hey|man|!|\u00E9t\u00E9_1|a\u0301|$$");
  EXPECT_EQ(pieces(WhitespaceSplit(), " Hey man! "), "Hey|man!");
}

TEST(Digits, StandAloneOrInRuns) {
  EXPECT_EQ(pieces(Digits(false), "a123b4"), "a|123|b|4");
  EXPECT_EQ(pieces(Digits(true), "a12\u0663"), "a|1|2|\u0663");
}

TEST(CharDelimiterSplit, DropsTheDelimiter) {
  EXPECT_EQ(pieces(CharDelimiterSplit(U'\u00E9'), "a\u00E9\u00E9b"), "a|b");
}

TEST(ByteLevel, WritesBytesAsCharactersThatStandForTheWholeCharacter) {
  const ByteLevel plain({.add_prefix_space = false});
  EXPECT_EQ(pieces(plain, "Hi \u00E9!\n"), "Hi|\u0120\u00C3\u00A9|!|\u010A");
  EXPECT_EQ(offsets(plain, "Hi \u00E9!\n"), "0-2 2-5 5-6 6-7");
  EXPECT_EQ(pieces(ByteLevel({.add_prefix_space = false, .use_regex = false}), "a b"), "a\u0120b");
}

TEST(ByteLevel, ThePrefixSpaceHasTheRangeOfTheFirstCharacter) {
  const ByteLevel prefix({.add_prefix_space = true});
  EXPECT_EQ(pieces(prefix, "\u00E9a b"), "\u0120\u00C3\u00A9a|\u0120b");
  EXPECT_EQ(offsets(prefix, "\u00E9a b"), "0-3 3-5");
  EXPECT_EQ(pieces(prefix, " a"), "\u0120a");
  EXPECT_EQ(pieces(prefix, "\ta"), "\u0120|\u0109|a");
  EXPECT_EQ(offsets(prefix, "\ta"), "0-1 0-1 1-2");
}

TEST(ByteLevel, TheAlphabetHasACharacterForEachByte) {
  const ByteLevel plain({.add_prefix_space = false, .use_regex = false});
  EXPECT_EQ(pieces(plain, std::string_view("\0 \x7F\u00A0\u00AD\U0010FFFF", 11)),
            "\u0100\u0120\u0121\u00C2\u0142\u00C2\u0143\u00F4\u0131\u00BF\u00BF");
}

TEST(Metaspace, ReplacesSpacesAndSplitsBeforeThem) {
  EXPECT_EQ(pieces(Metaspace({}), "Hey  you "), "\u2581Hey|\u2581|\u2581you|\u2581");
  EXPECT_EQ(offsets(Metaspace({}), "Hey  you "), "0-3 3-4 4-8 8-9");
  EXPECT_EQ(pieces(Metaspace({.split = false}), "a b"), "\u2581a\u2581b");
  EXPECT_EQ(pieces(Metaspace({.replacement = '_'}), "a_b c"), "_a|_b|_c");
  EXPECT_EQ(pieces(Metaspace({}), " \u2581a"), "\u2581|\u2581a");
}

TEST(Metaspace, PrependsBySchemeAlone) {
  using Prepend = Metaspace::Prepend;
  const auto of_pieces = [](Prepend prepend) {
    std::vector<std::unique_ptr<const PreTokenizer>> steps;
    steps.push_back(std::make_unique<CharDelimiterSplit>('-'));
    steps.push_back(std::make_unique<Metaspace>(Metaspace::Options{.prepend = prepend}));
    return PreTokenizerSequence(std::move(steps));
  };
  EXPECT_EQ(pieces(of_pieces(Prepend::kAlways), "a-b- c"), "\u2581a|\u2581b|\u2581c");
  EXPECT_EQ(pieces(of_pieces(Prepend::kFirst), "a-b- c"), "\u2581a|b|\u2581c");
  EXPECT_EQ(pieces(of_pieces(Prepend::kFirst), "-b"), "b") << "the first piece does not begin at 0";
  EXPECT_EQ(pieces(of_pieces(Prepend::kNever), "a-b- c"), "a|b|\u2581c");
  NormalizedString later;
  later.assign("a", 3);
  std::vector<Piece> list = {{0, 1, -1}};
  Metaspace({.prepend = Prepend::kFirst}).split(later, list);
  EXPECT_EQ(later.text(), "a");
}

TEST(Split, AtATextByEachBehavior) {
  const auto at_the = [](SplitBehavior behavior, bool invert = false) {
    return Split(Split::Kind::kString, "the", behavior, invert);
  };
  const std::string text = "the other thethe";
  EXPECT_EQ(pieces(at_the(kRemoved), text), " o|r ");
  EXPECT_EQ(pieces(at_the(kRemoved, true), text), "the|the|the|the");
  EXPECT_EQ(pieces(at_the(kIsolated), text), "the| o|the|r |the|the");
  EXPECT_EQ(pieces(at_the(kMergedWithPrevious), text), "the| othe|r the|the");
  EXPECT_EQ(pieces(at_the(kMergedWithNext), text), "the o|ther |the|the");
  EXPECT_EQ(pieces(at_the(kContiguous), text), "the| o|the|r |thethe");
  EXPECT_EQ(pieces(Split(Split::Kind::kString, "", kIsolated, false), "a\u00E9"), "a|\u00E9");
}

// Expected: Hugging Face tokenizers 0.23.3.
TEST(Split, EmptyMatchesCountWhenOthersAreMerged) {
  const auto at = [](SplitBehavior behavior, bool invert) {
    return Split(Split::Kind::kRegex, "b*", behavior, invert);
  };
  EXPECT_EQ(pieces(at(kRemoved, false), "aabbaab"), "a|a|a|a");
  EXPECT_EQ(pieces(at(kRemoved, true), "aabbaab"), "bb|b");
  EXPECT_EQ(pieces(at(kIsolated, false), "aabbaab"), "a|a|bb|a|a|b");
  EXPECT_EQ(pieces(at(kMergedWithPrevious, false), "aabbaab"), "a|abb|a|ab");
  EXPECT_EQ(pieces(at(kMergedWithPrevious, true), "aabbaab"), "a|a|bba|a|b");
  EXPECT_EQ(pieces(at(kMergedWithNext, false), "aabbaab"), "a|a|bba|a|b");
  EXPECT_EQ(pieces(at(kMergedWithNext, true), "aabbaab"), "a|abb|a|ab");
  EXPECT_EQ(pieces(at(kContiguous, false), "aabbaab"), "a|a|bb|a|a|b");
}

TEST(Split, AScannerServesOnlyWhereItsPiecesAreTheMatches) {
  const std::string clip =
      R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";
  EXPECT_EQ(pieces(Split(Split::Kind::kRegex, clip, kRemoved, true), "a's 12 <|endoftext|>!"),
            "a|'s|1|2|<|endoftext|>|!");
  EXPECT_EQ(pieces(Split(Split::Kind::kRegex, clip, kIsolated, false), "a 1"), "a| |1");
  EXPECT_EQ(pieces(Split(Split::Kind::kRegex, clip, kRemoved, false), "a 1"), " ");
}

TEST(UnicodeScripts, KeepsScriptsApart) {
  EXPECT_EQ(pieces(UnicodeScripts(), "Apples are \u308A\u3093\u3054 \u6797\u6A8E"),
            "Apples are |\u308A\u3093\u3054 \u6797\u6A8E");
  EXPECT_EQ(pieces(UnicodeScripts(), "\u3069\u3053\u3002Yes"), "\u3069\u3053|\u3002|Yes");
  EXPECT_EQ(pieces(UnicodeScripts(), "  a b"), "a b") << "spaces in front go, as in the reference";
  EXPECT_EQ(pieces(UnicodeScripts(), "  "), "");
}

TEST(FixedLength, CountsCharacters) {
  EXPECT_EQ(pieces(FixedLength(3), "\u00E9b\u4E2Dd"), "\u00E9b\u4E2D|d");
  EXPECT_EQ(pieces(FixedLength(1'000'000'000'000), "ab"), "ab");
}

TEST(PreTokenizerSequence, LaterStepsSplitWhatEarlierOnesLeft) {
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  steps.push_back(std::make_unique<WhitespaceSplit>());
  steps.push_back(std::make_unique<Digits>(true));
  EXPECT_EQ(pieces(PreTokenizerSequence(std::move(steps)), "ab1 23"), "ab|1|2|3");
}

TEST(PreTokenizers, LeaveAddedTokensWhole) {
  NormalizedString string;
  string.assign("a b.c d", 0);
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  steps.push_back(std::make_unique<BertPreTokenizer>());
  steps.push_back(std::make_unique<WhitespaceSplit>());
  for (const auto& step : steps) {
    std::vector<Piece> list = {{0, 2, -1}, {2, 7, 9}};
    step->split(string, list);
    EXPECT_EQ(list, (std::vector<Piece>{{0, 1, -1}, {2, 7, 9}}));
  }
}

TEST(PreTokenizers, ThatRewriteTheTextKeepAddedTokensAsTheyAre) {
  NormalizedString string;
  string.assign("a b\u00E9.c d", 0);
  std::vector<Piece> list = {{0, 1, -1}, {2, 8, 9}, {8, 9, -1}};
  ByteLevel({.add_prefix_space = true}).split(string, list);
  EXPECT_EQ(string.text(), "\u0120ab\u00E9.c \u0120d");
  EXPECT_EQ(list, (std::vector<Piece>{{0, 3, -1}, {3, 9, 9}, {9, 12, -1}}));
  EXPECT_EQ(string.original(3, 9), (Offset{2, 8}));
}

}  // namespace
}  // namespace sememe
