#include "cli/terminal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/numbers.h"
#include "support/temporary_folder.h"

namespace sememe::cli {
namespace {

TEST(Terminal, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("naïve"), 5);
  EXPECT_EQ(display_width("cafe\u0301"), 4);
  EXPECT_EQ(display_width("日本語"), 6);
  EXPECT_EQ(display_width("😀"), 2);
}

TEST(Terminal, ShortenedTextFitsAndSaysThatItIsCut) {
  EXPECT_EQ(shorten("hello", 5), "hello");
  EXPECT_EQ(shorten("hello!", 5), "hell…");
  EXPECT_EQ(shorten("日本語", 5), "日本…");
  EXPECT_EQ(shorten("日本語", 4), "日…");
  EXPECT_EQ(shorten("hello", 1), "…");
  EXPECT_EQ(shorten("hello", 0), "");
  EXPECT_EQ(shorten("", 0), "");
}

TEST(Terminal, PrintableTextStaysOnItsLineAndCannotCommandTheTerminal) {
  EXPECT_EQ(printable("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(printable("\033[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u009b31m"), "\\xc2\\x9b31m");  // the eight-bit form of ESC [
  EXPECT_EQ(printable("a\xff\xfe b"), "a\\xff\\xfe b");
  EXPECT_EQ(printable("line\u2028separator"), "line separator");
  EXPECT_EQ(printable("naïve 日本"), "naïve 日本");
}

TEST(Terminal, ColourFollowsTheFlagThenNoColor) {
  EXPECT_TRUE(use_color("always", STDOUT_FILENO));
  EXPECT_FALSE(use_color("never", STDOUT_FILENO));
  const test::ScopedEnvironment no_color("NO_COLOR", "1");
  EXPECT_TRUE(use_color("always", STDOUT_FILENO));
  EXPECT_FALSE(use_color("auto", STDOUT_FILENO));
}

TEST(Numbers, AreWrittenAsExpected) {
  std::string text;
  append_float(text, 0.1f);
  EXPECT_EQ(text, "0.1");
  EXPECT_EQ(fixed(0.66596, 4, 8), "  0.6660");
  EXPECT_EQ(fixed(-1e-9, 4, 7), " 0.0000");
  EXPECT_EQ(fixed(-0.25, 1, 0), "-0.2");
  EXPECT_EQ(rounded(0.00048333333333333334, 3), "0.000483");
  EXPECT_EQ(rounded(2e-5, 3), "2e-05");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(-123), "-123");
  EXPECT_EQ(with_commas(999), "999");
}

}  // namespace
}  // namespace sememe::cli
