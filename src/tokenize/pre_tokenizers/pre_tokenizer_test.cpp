#include <gtest/gtest.h>

#include "tokenize/pre_tokenizers/character_splits.h"

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
    out.append(text.substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin)));
  }
  return out;
}

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

TEST(PreTokenizerSequence, LaterStepsSplitWhatEarlierOnesLeft) {
  std::vector<std::unique_ptr<const PreTokenizer>> steps;
  steps.push_back(std::make_unique<WhitespaceSplit>());
  steps.push_back(std::make_unique<Digits>(true));
  EXPECT_EQ(pieces(PreTokenizerSequence(std::move(steps)), "ab1 23"), "ab|1|2|3");
}

TEST(PreTokenizers, LeaveAddedTokensWhole) {
  NormalizedString string;
  string.assign("a b.c d", 0);
  for (const PreTokenizer* step : std::initializer_list<const PreTokenizer*>{
           std::make_unique<BertPreTokenizer>().release(), std::make_unique<WhitespaceSplit>().release()}) {
    const std::unique_ptr<const PreTokenizer> owner(step);
    std::vector<Piece> list = {{0, 2, -1}, {2, 7, 9}};
    step->split(string, list);
    EXPECT_EQ(list, (std::vector<Piece>{{0, 1, -1}, {2, 7, 9}}));
  }
}

}  // namespace
}  // namespace sememe
