#include "sememe/glove.h"

#include <gtest/gtest.h>

#include <map>

#include "io/test_files.h"
#include "words/noise.h"
#include "words/pair_cells.h"
#include "words/pair_counts.h"

namespace sememe::test {
namespace {

/// Sentences of words mostly from one of two groups: what never stands together says nothing to GloVe.
std::string two_topics(std::int64_t sentences) {
  std::string text;
  RandomStream random(3, 0);
  for (std::int64_t i = 0; i < sentences; ++i) {
    const char group = random.below(2) == 0 ? 'a' : 'b';
    for (int j = 0; j < 12; ++j)
      text.append(1, random.below(6) > 0 ? group : static_cast<char>('a' + 'b' - group))
          .append(std::to_string(random.below(20)))
          .append(" ");
    text.append("\n");
  }
  return text;
}

class Glove : public testing::Test {
 protected:
  WordVectors train(const std::string& text, const GloveOptions& options, GloveReport* report = nullptr) const {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    return train_glove(corpus, options, {}, report);
  }
  std::string bytes_of(const WordVectors& vectors) const {
    vectors.save(folder_ / "out", {.format = WordFormat::kBinary});
    return file_bytes(folder_ / "out");
  }
  TemporaryFolder folder_;
};

TEST_F(Glove, WordsOfOneTopicComeClose) {
  for (const auto which : {GloveVectors::kSum, GloveVectors::kWord, GloveVectors::kContext}) {
    const WordVectors vectors = train(two_topics(1500), {.dim = 20, .epochs = 25, .vectors = which, .threads = 1});
    EXPECT_EQ(vectors.size(), 40);
    for (const std::string word : {"a3", "b7"})
      for (const ScoredWord& answer : vectors.closest({{word}, {}}, 19))
        EXPECT_EQ(vectors.word(answer.id)[0], word[0]) << word << ' ' << vectors.word(answer.id);
  }
}

TEST_F(Glove, TheBytesDoNotDependOnThreadsButOnTheSeed) {
  const std::string text = two_topics(800);
  const auto bytes = [&](int threads, std::uint64_t seed) {
    return bytes_of(train(text, {.dim = 9, .epochs = 3, .seed = seed, .threads = threads}));
  };
  const std::string expected = bytes(1, 1);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(bytes(threads, 1), expected) << threads;
  EXPECT_NE(bytes(1, 2), expected);
}

TEST_F(Glove, PairsAreCountedOncePerDistanceAndBothWays) {
  GloveReport report;
  train("x y z\nx\n\nrare x\n", {.dim = 2, .window = 2, .min_count = 1, .epochs = 1}, &report);
  EXPECT_EQ(report.words, 6);
  EXPECT_EQ(report.pairs, 2 * 4);  // xy, yz, xz, rare-x
  train("x y z\n", {.dim = 2, .window = 1, .min_count = 1, .epochs = 1}, &report);
  EXPECT_EQ(report.pairs, 2 * 2);
  train("x x\n", {.dim = 2, .window = 1, .min_count = 1, .epochs = 1}, &report);
  EXPECT_EQ(report.pairs, 1);
}

TEST_F(Glove, TheLossFalls) {
  GloveReport first, last;
  train(two_topics(500), {.dim = 10, .epochs = 1}, &first);
  train(two_topics(500), {.dim = 10, .epochs = 20}, &last);
  EXPECT_GT(first.loss, 0);
  EXPECT_LT(last.loss, first.loss / 4);
}

TEST_F(Glove, WhatCannotBeTrainedIsNamed) {
  EXPECT_FAILS(train("", {}), kInvalidArgument, "no word of the corpus occurs 5 times");
  EXPECT_FAILS(train("a\nb\n", {.min_count = 1}), kInvalidArgument, "no two words of the corpus stand in one line");
  EXPECT_FAILS(train("a b", {.dim = 0}), kInvalidArgument, "dim is 0");
  EXPECT_FAILS(train("a b", {.x_max = 0}), kInvalidArgument, "x_max is 0");
  EXPECT_FAILS(train("a b", {.alpha = -1}), kInvalidArgument, "alpha is -1");
  EXPECT_FAILS(train("a b", {.lr = 0}), kInvalidArgument, "lr is 0");
  EXPECT_FAILS(train("a b", {.memory = 5}), kInvalidArgument, "memory is 5");
}

TEST(PairCountTable, SumsAreRightWhetherTheyFitOrNot) {
  ThreadPool pool(2);
  std::vector<PairCountTable> tables;
  for (int i = 0; i < 2; ++i) tables.emplace_back(100000, 1 << 18);  // far less than it is to hold
  std::map<std::uint64_t, std::uint64_t> expected;
  RandomStream random(1, 1);
  for (int i = 0; i < 200000; ++i) {
    const auto a = static_cast<std::int32_t>(random.below(3) == 0 ? random.below(30) : random.below(100000));
    const auto b = static_cast<std::int32_t>(random.below(300));
    const std::uint64_t count = 1 + random.below(1000);
    tables[random.below(2)].add(a, b, count);
    expected[static_cast<std::uint64_t>(std::min(a, b)) << 32 | static_cast<std::uint64_t>(std::max(a, b))] += count;
  }
  auto next = expected.begin();
  merge_pairs(tables, pool, [&](const PairCount& pair) {
    ASSERT_NE(next, expected.end());
    EXPECT_EQ(pair.pair, next->first);
    EXPECT_EQ(pair.count, next->second);
    ++next;
  });
  EXPECT_EQ(next, expected.end());
}

TEST(PairCells, RecordsComeBackInTheirOrderFromTheDiskToo) {
  for (const std::int64_t bytes : {1 << 8, 1 << 24}) {
    PairCells cells(bytes);
    for (std::int32_t i = 0; i < 5000; ++i) cells.add({i % 64, 32 + i % 96, static_cast<float>(i), 1});
    EXPECT_EQ(cells.size(), 5000);
    std::vector<PairRecord> out;
    std::int64_t all = 0;
    for (std::int64_t row = 0; row < PairCells::kSide; ++row) {
      for (std::int64_t column = 0; column < PairCells::kSide; ++column) {
        cells.read(row, column, out);
        all += std::ssize(out);
        for (std::size_t i = 0; i < out.size(); ++i) {
          EXPECT_EQ(out[i].word % PairCells::kSide, row);
          EXPECT_EQ(out[i].context % PairCells::kSide, column);
          EXPECT_TRUE(i == 0 || out[i].log_count > out[i - 1].log_count);
        }
      }
    }
    EXPECT_EQ(all, 5000);
  }
}

}  // namespace
}  // namespace sememe::test
