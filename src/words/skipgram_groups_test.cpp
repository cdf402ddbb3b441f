#include "words/skipgram_groups.h"

#include <gtest/gtest.h>

#include <cmath>

#include "words/test_rounds.h"

namespace sememe::test {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// So few words that they are one group.
TEST(SkipGramGroups, PairsGoOnFromWhereThoseBeforeCameTo) {
  constexpr double kRate = 0.7;
  const NoiseWords noise({2, 1});
  const std::vector<float> kept = {1, 1};
  for (const int threads : {1, 2, 3}) {
    SharedRows shared(2, 2, 2);
    Vector inputs[] = {{0.5, -1}, {1.5, 0.25}}, outputs[] = {{1, -0.75}, {-0.5, 2}};
    for (std::int64_t i = 0; i < shared.rows; ++i) std::fill_n(shared.row(i), shared.stride, 0.0f);
    for (std::int64_t i = 0; i < 2; ++i) std::copy_n(inputs[i].begin(), 2, shared.row(i));
    for (std::int64_t i = 0; i < 2; ++i) std::copy_n(outputs[i].begin(), 2, shared.row(2 + i));

    BlockQueue blocks;  // the word 0 stands beside 1 twice, and 1 beside 0
    blocks.push(std::vector<std::int32_t>{0, 1, 0}, {}, one);
    blocks.end_block();
    ThreadPool pool(threads);
    SkipGramGroups groups({.noise = &noise, .negative = 0}, Windows(kept, 1, -1), 1, shared, pool);
    groups.train(blocks, 1, kRate, 0);

    for (const std::size_t word : {0u, 1u, 1u, 0u}) {
      Vector& output = outputs[1 - word];
      const Vector x = inputs[word];
      const double gradient = kRate * (1 - sigmoid(dot(x, output)));
      add(gradient, output, inputs[word]);
      add(gradient, x, output);
    }
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) {  // the sigmoid is a table of 1/256 steps
        EXPECT_NEAR(shared.row(static_cast<std::int64_t>(i))[j], inputs[i][j], 4e-3) << i;
        EXPECT_NEAR(shared.row(static_cast<std::int64_t>(2 + i))[j], outputs[i][j], 4e-3) << i;
      }
  }
}

// So many words that there are groups of them, in sentences of two that no other has: whatever the order of the pairs,
// each word is held against its neighbour once.
TEST(SkipGramGroups, EveryPairIsTrainedOnceHoweverGroupsMeet) {
  constexpr std::int32_t kWords = 600;
  constexpr double kRate = 0.5;
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < kWords; ++i) {
    ids.push_back(i);
    if (i % 2 == 1) ids.push_back(-1);
  }
  const std::vector<float> kept(kWords, 1.0f);
  const NoiseWords noise(std::vector<std::int64_t>(kWords, 1));
  const auto value = [](std::int64_t row, std::int64_t j) { return static_cast<float>((row * 7 + j * 3) % 5 - 2) / 4; };
  for (const int threads : {1, 3}) {
    SharedRows shared(kWords, kWords, kLane);
    for (std::int64_t i = 0; i < shared.rows; ++i)
      for (std::int64_t j = 0; j < kLane; ++j) shared.row(i)[j] = value(i, j);
    BlockQueue blocks;
    blocks.push(ids, {}, one);
    blocks.end_block();
    ThreadPool pool(threads);
    SkipGramGroups groups({.noise = &noise, .negative = 0}, Windows(kept, 3, -1), 1, shared, pool);
    groups.train(blocks, 1, kRate, 0);
    for (std::int64_t i = 0; i < kWords; ++i) {
      const std::int64_t target = kWords + (i ^ 1);
      double product = 0;
      for (std::int64_t j = 0; j < kLane; ++j) product += value(i, j) * value(target, j);
      const double gradient = kRate * (1 - sigmoid(product));
      for (std::int64_t j = 0; j < kLane; ++j) {
        ASSERT_NEAR(shared.row(i)[j], value(i, j) + gradient * value(target, j), 2e-3) << i;
        ASSERT_NEAR(shared.row(target)[j], value(target, j) + gradient * value(i, j), 2e-3) << i;
      }
    }
  }
}

TEST(SkipGramGroups, NoiseIsOfAllWordsAndTheSameForAnyThreads) {
  constexpr std::int32_t kWords = 600, kInText = 40;  // the rest are noise alone
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < 1000; ++i) ids.push_back(i * 7 % kInText);
  const std::vector<float> kept(kWords, 1.0f);
  const NoiseWords noise(std::vector<std::int64_t>(kWords, 1));
  std::vector<float> first;
  for (const int threads : {1, 2, 5}) {
    SharedRows shared(kWords, kWords, kLane);
    for (std::int64_t i = 0; i < shared.rows; ++i)
      for (std::int64_t j = 0; j < kLane; ++j) shared.row(i)[j] = i < kWords ? 0.1f : 0.0f;
    BlockQueue blocks;
    blocks.push(ids, {}, one);
    blocks.end_block();
    ThreadPool pool(threads);
    SkipGramGroups groups({.noise = &noise, .negative = 5}, Windows(kept, 5, -1), 1, shared, pool);
    groups.train(blocks, 1, 0.1, 0);
    std::int64_t pushed_away = 0;
    for (std::int64_t i = kInText; i < kWords; ++i) pushed_away += shared.row(kWords + i)[0] < 0 ? 1 : 0;
    EXPECT_GT(pushed_away, (kWords - kInText) * 9 / 10);
    const std::vector<float> all(shared.outputs.begin(), shared.outputs.end());
    if (first.empty()) first = all;
    EXPECT_EQ(all, first) << threads;
  }
}

TEST(SkipGramGroups, NothingStaysFromOneBlockToTheNext) {
  EXPECT_EQ(trained_after<SkipGramGroups>(2, 6), trained_after<SkipGramGroups>(0, 6));
}

}  // namespace
}  // namespace sememe::test
