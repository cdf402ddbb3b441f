#include "words/block_training.h"

#include <gtest/gtest.h>

#include "io/test_files.h"

namespace sememe::test {
namespace {

/// Notes the learning rate of each block, and the words before it.
struct Rates {
  std::vector<std::pair<std::int64_t, double>> all;
  std::int64_t words = 0;

  std::int64_t round() const { return 1; }
  void train(const BlockQueue& blocks, std::int64_t /*count*/, double lr, std::int64_t /*steps*/) {
    all.emplace_back(words, lr);
    for (const std::int32_t id : blocks[0]) words += id >= 0 ? 1 : 0;
  }
};

TEST(BlockTraining, TheRateStaysUntilTheLastPartAndFallsToAlmostNothing) {
  constexpr std::int64_t kWords = 20 * kBlockWords, kEpochs = 2;
  constexpr double kRate = 0.5;
  std::string text;
  for (std::int64_t i = 0; i < kWords; ++i) text += i % 16 == 15 ? "a\n" : "a ";
  const TemporaryFolder folder;
  const std::filesystem::path corpus[] = {folder.add("corpus", text)};
  WordTable words;
  words.add("a");
  ThreadPool pool(1);
  for (const double cooldown : {0.25, 1.0}) {
    SharedRows shared(1, 1, 1);
    Rates rates;
    TrainingCheckpoint checkpoint({}, {});
    const TrainingPlan plan{.lr = kRate, .cooldown = cooldown, .epochs = kEpochs, .words = kWords};
    const auto one = [](std::int32_t) { return 1; };
    EXPECT_EQ(BlockTraining(plan, shared, rates, pool, {}).run(corpus, words, one, checkpoint), kEpochs * kWords);
    EXPECT_EQ(rates.words, kEpochs * kWords);
    EXPECT_GE(std::ssize(rates.all), kEpochs * kWords / kBlockWords);
    for (const auto& [before, rate] : rates.all) {
      const double left = 1 - static_cast<double>(before) / (kEpochs * kWords);
      EXPECT_NEAR(rate, kRate * std::min(1.0, left / cooldown), 1e-9) << before;
    }
  }
}

}  // namespace
}  // namespace sememe::test
