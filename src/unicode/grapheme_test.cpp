#include "unicode/grapheme.h"

#include <gtest/gtest.h>

#include <string>

namespace sememe {
namespace {

/// The clusters, with bars between.
std::string clusters(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = grapheme_end(text, at);
    EXPECT_GT(end, at);
    out.append(at == 0 ? "" : "|").append(text.substr(at, end - at));
    at = end;
  }
  return out;
}

TEST(Grapheme, FollowsEveryRule) {
  EXPECT_EQ(clusters("ab"), "a|b") << "GB999";
  EXPECT_EQ(clusters("\r\n\n\r"), "\r\n|\n|\r") << "GB3";
  EXPECT_EQ(clusters("\n\u0301a\u200B\u0301"), "\n|\u0301|a|\u200B|\u0301") << "GB4, GB5";
  EXPECT_EQ(clusters("\u1100\u1161\u11A8\u1100\uAC00\u11A8\uAC01\u11A8\u1161"),
            "\u1100\u1161\u11A8|\u1100\uAC00\u11A8|\uAC01\u11A8|\u1161")
      << "GB6 to GB8";
  EXPECT_EQ(clusters("a\u0301\u0308\u200Db"), "a\u0301\u0308\u200D|b") << "GB9";
  EXPECT_EQ(clusters("\u0915\u0903b"), "\u0915\u0903|b") << "GB9a";
  EXPECT_EQ(clusters("\u0600a\u0600\n\u0600\u0600"), "\u0600a|\u0600|\n|\u0600\u0600") << "GB9b";
}

TEST(Grapheme, LinkedConsonantsStayTogether) {  // GB9c
  EXPECT_EQ(clusters("\u0915\u094D\u0924"), "\u0915\u094D\u0924");
  EXPECT_EQ(clusters("\u0915\u0924"), "\u0915|\u0924");
  EXPECT_EQ(clusters("\u0915\u093C\u200D\u094D\u0301\u0924"), "\u0915\u093C\u200D\u094D\u0301\u0924");
  EXPECT_EQ(clusters("\u0915\u094D\u200C\u0924"), "\u0915\u094D\u200C|\u0924");
  EXPECT_EQ(clusters("\u0915\u0903\u094D\u0924"), "\u0915\u0903\u094D|\u0924");
  EXPECT_EQ(clusters("a\u094D\u0924"), "a\u094D|\u0924");
  EXPECT_EQ(clusters("\u0915\u094D\u0924\u0915"), "\u0915\u094D\u0924|\u0915");
}

TEST(Grapheme, EmojiSequencesStayTogether) {  // GB11
  EXPECT_EQ(clusters("\U0001F468\u200D\U0001F469"), "\U0001F468\u200D\U0001F469");
  EXPECT_EQ(clusters("\u00A9\u0301\U0001F3FB\u200D\u00A9"), "\u00A9\u0301\U0001F3FB\u200D\u00A9");
  EXPECT_EQ(clusters("\u00A9\u200D\u200D\u00A9"), "\u00A9\u200D\u200D|\u00A9");
  EXPECT_EQ(clusters("\u00A9\u200D\u0301\u200D\u00A9"), "\u00A9\u200D\u0301\u200D|\u00A9");
  EXPECT_EQ(clusters("a\u200D\u00A9"), "a\u200D|\u00A9");
  EXPECT_EQ(clusters("\u00A9\u200Da"), "\u00A9\u200D|a");
}

TEST(Grapheme, FlagsArePairs) {  // GB12, GB13
  EXPECT_EQ(clusters("\U0001F1E6\U0001F1E7\U0001F1E8"), "\U0001F1E6\U0001F1E7|\U0001F1E8");
  EXPECT_EQ(clusters("\u0600\U0001F1E6\U0001F1E7\U0001F1E8"), "\u0600\U0001F1E6\U0001F1E7|\U0001F1E8");
  EXPECT_EQ(clusters("\U0001F1E6\u0301\U0001F1E7"), "\U0001F1E6\u0301|\U0001F1E7");
}

}  // namespace
}  // namespace sememe
