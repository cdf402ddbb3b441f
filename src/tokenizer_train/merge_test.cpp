#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/rng.h"
#include "tokenizer_train/long_word.h"
#include "tokenizer_train/merge_queue.h"
#include "tokenizer_train/merge_words.h"

namespace sememe {
namespace {

/// What changed, by side and neighbour: gone, come.
std::map<std::pair<int, std::int32_t>, std::pair<std::int64_t, std::int64_t>> changed(MergeChanges& changes) {
  std::map<std::pair<int, std::int32_t>, std::pair<std::int64_t, std::int64_t>> out;
  for (const auto side : {MergeChanges::kLeft, MergeChanges::kRight})
    for (const std::int32_t x : changes.touched(side)) {
      const MergeChanges::Sums& sums = changes.sums(side, x);
      out[{side, x}] = {sums.gone, sums.come};
    }
  return out;
}

TEST(LongWord, MergesAsReadingFromLeftToRightDoes) {
  const CounterRng rng(3, 0);
  std::uint64_t drawn = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<std::int32_t> symbols(2 + rng.below(drawn++, 200));
    for (std::int32_t& symbol : symbols) symbol = static_cast<std::int32_t>(rng.below(drawn++, 1 + round % 3));
    MergeWords words;
    words.add(symbols, 5);
    LongWord indexed(symbols);
    std::vector<std::int64_t> lengths = {1, 1, 1};
    for (std::int32_t result = 3; result < 40; ++result) {
      const auto first = static_cast<std::int32_t>(rng.below(drawn++, static_cast<std::uint32_t>(result)));
      const auto second = static_cast<std::int32_t>(rng.below(drawn++, static_cast<std::uint32_t>(result)));
      const Merge merge{first, second, result,
                        lengths[static_cast<std::size_t>(first)] + lengths[static_cast<std::size_t>(second)]};
      lengths.push_back(merge.length);
      MergeChanges read, found;
      read.start(result, lengths.size());
      found.start(result, lengths.size());
      const std::int64_t max_length = round % 4 == 0 ? 6 : std::numeric_limits<std::int64_t>::max();
      words.merge(0, merge, lengths, max_length, read);
      indexed.merge(merge, 5, 0, lengths, max_length, found);
      ASSERT_EQ(changed(found), changed(read)) << round << ' ' << result;
    }
  }
}

TEST(MergeChanges, APairOfTheNewTokenTwiceIsOnePairFromBothSides) {
  MergeChanges changes;
  changes.start(7, 8);
  changes.come(MergeChanges::kLeft, 7, 2, 0);
  changes.come(MergeChanges::kRight, 7, 2, 0);
  EXPECT_EQ(changes.places(MergeChanges::kLeft).size(), 1u);
  EXPECT_TRUE(changes.places(MergeChanges::kRight).empty());
  EXPECT_EQ(changes.sums(MergeChanges::kLeft, 7).come, 4);
}

TEST(MergeQueue, HandsOutByCountThenPairThenAge) {
  MergeQueue queue;
  const auto push = [&](std::uint64_t count, std::int32_t first, std::int32_t second, std::size_t mark) {
    queue.push({{first, second}, count, mark, mark});
  };
  const auto pop = [&] {
    MergeCandidate candidate;
    return queue.pop(candidate) ? static_cast<int>(candidate.words_begin) : -1;
  };
  push(5, 1, 1, 4);
  push(5, 0, 9, 2);
  push(5, 0, 9, 3);
  push(100'000, 2, 2, 1);
  push(1, 0, 0, 6);
  EXPECT_EQ(pop(), 1);
  EXPECT_EQ(pop(), 2);
  EXPECT_EQ(pop(), 3);
  push(5, 0, 3, 5);  // into the bucket that is open
  EXPECT_EQ(pop(), 5);
  push(9, 3, 3, 7);  // above it
  EXPECT_EQ(pop(), 7);
  EXPECT_EQ(pop(), 4);
  EXPECT_EQ(pop(), 6);
  EXPECT_EQ(pop(), -1);
  push(std::numeric_limits<std::uint64_t>::max(), 0, 0, 8);
  EXPECT_EQ(pop(), 8);
}

}  // namespace
}  // namespace sememe
