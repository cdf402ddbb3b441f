#include "tokenize/seam.h"

#include <gtest/gtest.h>

#include <string>

namespace sememe {
namespace {

/// `text` with a bar at every seam.
std::string marked(std::string_view text, bool punctuation = false) {
  std::string out;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = next_seam(text, begin, punctuation);
    out.append(begin == 0 ? "" : "|").append(text.substr(begin, end - begin));
  }
  return out;
}

TEST(NextSeam, StandsBeforeASpaceAloneBetweenTwoCharacters) {
  EXPECT_EQ(marked("one two  three "), "one| two  three ");
  EXPECT_EQ(marked(" one two\t three\n four"), " one| two\t three\n four");
  EXPECT_EQ(marked("a b"), "a| b");
  EXPECT_EQ(marked("a"), "a");
  EXPECT_EQ(marked(""), "");
  EXPECT_EQ(marked("été à la plage"), "été| à| la| plage");
  EXPECT_EQ(marked("где мы"), "где| мы");
}

TEST(NextSeam, IsNotAfterWhatANormalizerMightChangeNorBeforeOtherWhitespace) {
  EXPECT_EQ(marked("a\u0301 b"), "a\u0301 b");  // a mark may be dropped
  EXPECT_EQ(marked("\u00AD b"), "\u00AD b");    // a soft hyphen too
  EXPECT_EQ(marked("\u0600 b"), "\u0600 b");    // a prefix that takes the space into its grapheme
  EXPECT_EQ(marked("\u7AE0 b"), "\u7AE0 b");    // an ideograph may get spaces of its own
  EXPECT_EQ(marked("a \u00A0b c"), "a \u00A0b| c");
  EXPECT_EQ(marked("a \u3000b"), "a \u3000b");
  EXPECT_EQ(marked(std::string("a\x01 b \x7F", 6)), std::string("a\x01 b \x7F", 6));
}

TEST(NextSeam, StandsBetweenALetterAndPunctuationIfAskedFor) {
  EXPECT_EQ(marked("one, (two) don't a_b 3.5", true), "one|,| (two|)| don't| a_b| 3|.5");
  EXPECT_EQ(marked("one, (two)", false), "one,| (two)");
  EXPECT_EQ(marked("é, .", true), "é,| .");
}

TEST(EndsAtSeam, IsFalseOfWhitespace) {
  EXPECT_TRUE(ends_at_seam("word"));
  EXPECT_FALSE(ends_at_seam("word "));
  EXPECT_FALSE(ends_at_seam(""));
}

TEST(HasSeam, FindsWhatATokenMustNotHold) {
  EXPECT_TRUE(has_seam("a b", SeamKind::kSpace));
  EXPECT_TRUE(has_seam("a\u3000", SeamKind::kSpace));
  EXPECT_FALSE(has_seam("<mask>", SeamKind::kSpace));
  EXPECT_TRUE(has_seam("<mask>", SeamKind::kPunctuation));
  EXPECT_FALSE(has_seam("<", SeamKind::kPunctuation));
}

}  // namespace
}  // namespace sememe
