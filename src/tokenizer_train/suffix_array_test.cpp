#include "tokenizer_train/suffix_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/rng.h"

namespace sememe {
namespace {

using Numbers = std::vector<std::int32_t>;

Numbers by_sorting(const Numbers& text) {
  Numbers out(text.size());
  std::iota(out.begin(), out.end(), 0);
  std::sort(out.begin(), out.end(), [&](std::int32_t a, std::int32_t b) {
    return std::lexicographical_compare(text.begin() + a, text.end(), text.begin() + b, text.end());
  });
  return out;
}

TEST(SuffixArray, OrdersSuffixesAsSortingDoes) {
  EXPECT_EQ(suffix_array({}, 3), Numbers{});
  EXPECT_EQ(suffix_array(Numbers{2}, 3), Numbers{0});
  std::uint64_t drawn = 0;
  const CounterRng rng(7, 0);
  for (int round = 0; round < 3000; ++round) {
    const std::uint32_t alphabet = 1 + rng.below(drawn++, round % 2 == 0 ? 3 : 20);
    Numbers text(1 + rng.below(drawn++, 60));
    for (std::int32_t& value : text) value = static_cast<std::int32_t>(rng.below(drawn++, alphabet));
    ASSERT_EQ(suffix_array(text, static_cast<std::int32_t>(alphabet)), by_sorting(text)) << round;
  }
}

TEST(SuffixArray, PeriodsAndRunsNeedSeveralLevels) {
  for (const Numbers& unit : {Numbers{0}, Numbers{1, 0}, Numbers{2, 1, 2, 0}, Numbers{0, 1, 0, 2, 0, 1, 0}}) {
    Numbers text;
    for (int i = 0; i < 60; ++i) text.insert(text.end(), unit.begin(), unit.end());
    EXPECT_EQ(suffix_array(text, 3), by_sorting(text));
    text.push_back(1);
    EXPECT_EQ(suffix_array(text, 3), by_sorting(text));
  }
}

TEST(CommonPrefixes, EndBeforeABoundary) {
  const CounterRng rng(8, 0);
  std::uint64_t drawn = 0;
  for (int round = 0; round < 500; ++round) {
    Numbers text(2 + rng.below(drawn++, 80));
    for (std::int32_t& value : text) value = static_cast<std::int32_t>(rng.below(drawn++, 4));
    const Numbers suffixes = suffix_array(text, 4);
    Numbers expected;
    for (std::size_t i = 0; i + 1 < suffixes.size(); ++i) {
      std::int32_t length = 0;
      const auto at = [&](std::int32_t from) { return static_cast<std::size_t>(from + length); };
      while (std::max(at(suffixes[i]), at(suffixes[i + 1])) < text.size() && text[at(suffixes[i])] != 0 &&
             text[at(suffixes[i])] == text[at(suffixes[i + 1])])
        ++length;
      expected.push_back(length);
    }
    ASSERT_EQ(common_prefixes(text, suffixes, 0), expected);
  }
}

}  // namespace
}  // namespace sememe
