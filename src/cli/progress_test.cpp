#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/terminal.h"

namespace sememe::cli {
namespace {

TEST(Progress, LineTellsPartRateAndTimeLeft) {
  EXPECT_EQ(progress_line({.items = 84000, .fraction = 0.42, .seconds = 68}, 100),
            " 42% [================>                       ] 84,000 texts  1,235/s  1:34 left");
  EXPECT_EQ(progress_line({.items = 5, .fraction = 0.001, .seconds = 10}, 45),
            "  0% [          ] 5 texts  1/s  2:46:30 left");
}

TEST(Progress, LineOfUnknownLengthTellsCountAndRate) {
  EXPECT_EQ(progress_line({.items = 1000, .seconds = 2}, 80), "1,000 texts  500/s");
}

TEST(Progress, LineNamesWorkThatIsNotCounting) {
  EXPECT_EQ(progress_line({.fraction = 0.5, .seconds = 10, .doing = "merging"}, 60),
            " 50% [================>                ] merging  0:10 left");
}

TEST(Progress, LineFitsEveryTerminal) {
  for (int width = 1; width < 120; ++width)
    for (const double fraction : {-1.0, 0.0, 0.5, 1.0, 2.0})
      EXPECT_LT(display_width(progress_line({.items = 123456, .fraction = fraction, .seconds = 7}, width)), width);
}

TEST(Progress, NothingDoneYetIsNoDivisionByZero) {
  EXPECT_EQ(progress_line({.items = 0, .fraction = 0, .seconds = 0}, 40), "  0% [                   ] 0 texts  0/s");
}

}  // namespace
}  // namespace sememe::cli
