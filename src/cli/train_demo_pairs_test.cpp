#include "cli/train_demo_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace sememe::cli {
namespace {

using Side = std::set<std::string>;

/// The words of both sides of each row.
std::vector<std::pair<Side, Side>> rows_of(const std::string& tsv) {
  std::vector<std::pair<Side, Side>> rows;
  std::istringstream lines(tsv);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "anchor\tpositive");
  while (std::getline(lines, line)) {
    EXPECT_EQ(std::count(line.begin(), line.end(), '\t'), 1) << line;
    auto& [left, right] = rows.emplace_back();
    std::istringstream a(line.substr(0, line.find('\t'))), b(line.substr(line.find('\t') + 1));
    for (std::string word; a >> word;) left.insert(word);
    for (std::string word; b >> word;) right.insert(word);
    EXPECT_FALSE(left.empty() || right.empty()) << line;
  }
  return rows;
}

TEST(DemoPairs, WordsStandBesideThemselvesOrTheirNeighbours) {
  const std::string text = word_pairs(1, 60000, 1), few = word_pairs(1, 500, 2);
  EXPECT_TRUE(text.starts_with(few));
  EXPECT_NE(few, word_pairs(2, 500, 2));
  const auto rows = rows_of(text);
  EXPECT_EQ(rows_of(few).size(), 500U);
  EXPECT_EQ(rows.size(), 60000U);
  const Side near_cat = {"dog", "pet", "parrot", "dogs", "cats"};
  int with_cat = 0, kept = 0, replaced = 0;
  for (const auto& [left, right] : rows) {
    if (!left.contains("cat")) continue;
    ++with_cat;
    kept += right.contains("cat");
    replaced += std::any_of(near_cat.begin(), near_cat.end(), [&](const auto& word) { return right.contains(word); });
  }
  EXPECT_GE(with_cat, 5);
  EXPECT_GE(kept, 1);
  EXPECT_GE(replaced, 1);
  EXPECT_GE(kept + replaced, with_cat * 2 / 3);  // a tenth of the words is left out
}

TEST(DemoPairs, SentencesAreOfOneSubjectInTwoWordings) {
  const auto rows = rows_of(made_up_pairs(1));
  EXPECT_EQ(rows.size(), 6000U);
  for (const auto& [left, right] : rows) EXPECT_FALSE(left.contains("cat") && right.contains("equities"));
}

}  // namespace
}  // namespace sememe::cli
