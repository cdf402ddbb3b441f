#include "sememe/mining.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe::train {
namespace {

/// Texts are angles in degrees: "30" points there, so that cosines are known.
Matrix by_angle(std::span<const std::string> texts, bool) {
  Matrix out(std::ssize(texts), 2);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double angle = std::stod(texts[i]) * 3.14159265358979 / 180;
    out.row(static_cast<std::int64_t>(i))[0] = static_cast<float>(std::cos(angle));
    out.row(static_cast<std::int64_t>(i))[1] = static_cast<float>(std::sin(angle));
  }
  return out;
}

using Texts = std::vector<std::string>;

/// The negatives of the first pair, anchor 0 and positive 20.
Texts negatives(const MiningOptions& options, const Texts& corpus = {"5", "10", "30", "40", "60", "90"}) {
  const MinedNegatives mined = mine_hard_negatives(Texts{"0"}, Texts{"20"}, corpus, by_angle, options, 1);
  Texts out;
  for (const std::int64_t id : mined.rows.at(0).negatives) out.push_back(mined.texts[static_cast<std::size_t>(id)]);
  return out;
}

TEST(Mining, TheNearestThatAreNoPositivesComeFirst) {
  EXPECT_EQ(negatives({}), (Texts{"5", "10", "30"}));
  EXPECT_EQ(negatives({.num_negatives = 1}), (Texts{"5"}));
  EXPECT_EQ(negatives({.range_min = 2, .num_negatives = 2}), (Texts{"30", "40"}));
  EXPECT_EQ(negatives({.range_min = 2, .range_max = 3, .num_negatives = 1}), (Texts{"30"}));
}

TEST(Mining, ScoresAndMarginsLeaveOut) {
  EXPECT_EQ(negatives({.absolute_margin = 0}), (Texts{"30", "40", "60"}));
  EXPECT_EQ(negatives({.absolute_margin = 0.1}), (Texts{"40", "60", "90"}));  // cos 20 = 0.940, 30: 0.866, 40: 0.766
  EXPECT_EQ(negatives({.relative_margin = 0.1}), (Texts{"40", "60", "90"}));  // at most 0.846
  EXPECT_EQ(negatives({.max_score = 0.9, .num_negatives = 2}), (Texts{"30", "40"}));
  EXPECT_EQ(negatives({.max_score = 0.9, .min_score = 0.7}), (Texts{"30", "40"}));
  EXPECT_EQ(negatives({.range_min = 1, .max_score = 0.9, .num_negatives = 2}),
            (Texts{"40", "60"}));  // ranks of what is left
}

TEST(Mining, ARelativeMarginOfANegativeScoreGoesDownwards) {
  const MinedNegatives mined = mine_hard_negatives(Texts{"0"}, Texts{"120"}, Texts{"119", "122", "150"}, by_angle,
                                                   {.relative_margin = 0.1, .num_negatives = 1}, 1);
  EXPECT_EQ(mined.texts[static_cast<std::size_t>(mined.rows[0].negatives.at(0))], "150");
}

TEST(Mining, AnAnchorsPositivesAreOneAnothersAndTheFarthestSetsTheMargin) {
  const Texts anchors = {"0", "0", "0", "90"}, positives = {"10", "50", "10", "80"};
  const MinedNegatives mined = mine_hard_negatives(anchors, positives, Texts{"20", "60"}, by_angle,
                                                   {.absolute_margin = 0, .num_negatives = 2}, 1);
  ASSERT_EQ(mined.rows.size(), 3u);  // a pair that came twice is one
  EXPECT_EQ(mined.anchors, (Texts{"0", "90"}));
  EXPECT_EQ(mined.texts, (Texts{"20", "60", "10", "50", "80"}));
  EXPECT_EQ(mined.rows[0].positive, 2);
  EXPECT_EQ(mined.rows[1].positive, 3);
  for (const int row : {0, 1}) EXPECT_EQ(mined.rows[row].negatives, (std::vector<std::int64_t>{1, 4})) << row;
  EXPECT_LE(std::abs(mined.rows[0].score - 0.984808), 1e-5);
  EXPECT_LE(std::abs(mined.rows[0].scores[0] - 0.5), 1e-5);
  EXPECT_EQ(mined.missing, 0);
  EXPECT_EQ(mine_hard_negatives(anchors, positives, {}, by_angle, {.num_negatives = 2}, 1).missing, 2);
}

TEST(Mining, OptionsThatCannotBeAreNamed) {
  const auto error = [](const MiningOptions& options) { return test::error_of<Error>([&] { negatives(options); }); };
  EXPECT_NE(error({.num_negatives = 0}).find("num_negatives"), std::string::npos);
  EXPECT_NE(error({.range_min = -1}).find("range_min"), std::string::npos);
  EXPECT_NE(error({.range_min = 3, .range_max = 5}).find("from 3 to 5 there is no room for 3"), std::string::npos);
  EXPECT_NE(error({.absolute_margin = NAN}).find("not a finite number"), std::string::npos);
  EXPECT_NE(test::error_of<Error>([] { mine_hard_negatives({}, {}, {}, by_angle); }).find("one at least"),
            std::string::npos);
}

}  // namespace
}  // namespace sememe::train
