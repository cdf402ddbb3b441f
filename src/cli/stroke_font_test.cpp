#include "cli/stroke_font.h"

#include <gtest/gtest.h>

namespace sememe::cli {
namespace {

TEST(StrokeFont, EveryCharacterIsPointsWithinItsCell) {
  for (char32_t c = 0; c < 0x2100; ++c) {
    const std::string_view strokes = strokes_of(c);
    EXPECT_EQ(strokes.empty(), c == ' ');
    for (std::size_t at = 0; at < strokes.size(); at += 3) {
      ASSERT_LT(at + 1, strokes.size());
      EXPECT_TRUE(strokes[at] >= '0' && strokes[at] <= '4') << strokes;
      EXPECT_TRUE(strokes[at + 1] >= '0' && strokes[at + 1] <= '9') << strokes;
      if (at + 2 < strokes.size()) {
        EXPECT_TRUE(strokes[at + 2] == ' ' || strokes[at + 2] == '|') << strokes;
      }
    }
  }
}

TEST(StrokeFont, CharactersDiffer) {
  for (char32_t a = 33; a < 127; ++a)
    for (char32_t b = 33; b < a; ++b) EXPECT_NE(strokes_of(a), strokes_of(b)) << static_cast<char>(a);
}

}  // namespace
}  // namespace sememe::cli
