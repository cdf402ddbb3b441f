#include "cli/suggestion.h"

#include <gtest/gtest.h>

namespace sememe::cli {
namespace {

constexpr std::string_view kFlags[] = {"--format", "--field", "--output", "--out", "--normalize", "--no-normalize"};

TEST(Suggestion, DistanceCountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("fromat", "format"), 1u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // the restricted distance: a swapped pair is not edited again
}

TEST(Suggestion, MisspeltFlagGivesTheNearest) {
  EXPECT_EQ(nearest("--fromat", kFlags), "--format");
  EXPECT_EQ(nearest("--normalise", kFlags), "--normalize");
  EXPECT_EQ(nearest("--no-normalise", kFlags), "--no-normalize");
}

TEST(Suggestion, OnlyFlagThatAWordBeginsIsMeant) {
  EXPECT_EQ(nearest("--form", kFlags), "--format");
  EXPECT_EQ(nearest("--norm", kFlags), "--normalize");
  EXPECT_EQ(nearest("--f", kFlags), "");  // --format and --field
}

TEST(Suggestion, NothingNearIsNothing) {
  EXPECT_EQ(nearest("--banana", kFlags), "");
  EXPECT_EQ(nearest("", kFlags), "");
  EXPECT_EQ(nearest(std::string(100000, 'x'), kFlags), "");
  EXPECT_EQ(did_you_mean("--banana", kFlags), "");
  EXPECT_EQ(did_you_mean("--feild", kFlags), "; did you mean '--field'?");
}

}  // namespace
}  // namespace sememe::cli
