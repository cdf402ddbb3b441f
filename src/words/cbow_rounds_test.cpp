#include "words/cbow_rounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "words/test_rounds.h"

namespace sememe::test {
namespace {

TEST(CbowRounds, SumsAndOutputsGoOnFromPlaceToPlaceThenRowsTakeWhatTheirWordsDid) {
  constexpr double kRate = 0.7;
  const std::int64_t counts[] = {2, 1};
  const HuffmanTree tree(counts);  // one inner node tells both words
  InputRows words;                 // that share row 2
  words.add({{0, 2}});
  words.add({{1, 2, 3}});
  const std::vector<float> kept = {1, 1};
  const std::vector<std::vector<std::size_t>> rows = {{0, 2}, {1, 2, 3}};
  for (const int threads : {1, 2, 3}) {
    SharedRows shared(4, 2, 2);
    Vector inputs[] = {{0.5, -1}, {1.5, 0.25}, {-0.5, 2}, {0.125, 0.75}}, output = {1, -0.75};
    for (std::int64_t i = 0; i < shared.rows; ++i) std::fill_n(shared.row(i), shared.stride, 0.0f);
    for (std::int64_t i = 0; i < 4; ++i) std::copy_n(inputs[i].begin(), 2, shared.row(i));
    std::copy_n(output.begin(), 2, shared.row(4));

    BlockQueue blocks;
    blocks.push(std::vector<std::int32_t>{0, 1, 0}, {}, one);
    blocks.end_block();
    ThreadPool pool(threads);
    CbowRounds rounds(words, {.tree = &tree}, Windows(kept, 1, -1), 1, shared, pool);
    rounds.train(blocks, 1, kRate, 0);

    Vector sums[2] = {}, changes[2] = {};
    for (const std::size_t word : {0u, 1u})
      for (const std::size_t row : rows[word]) add(1, inputs[row], sums[word]);
    const std::pair<std::size_t, std::vector<std::size_t>> places[] = {{0, {1}}, {1, {0, 0}}, {0, {1}}};
    for (const auto& [word, around] : places) {
      double count = 0;
      for (const std::size_t other : around) count += static_cast<double>(rows[other].size());
      Vector mean = {}, error = {};
      for (const std::size_t other : around) add(1 / count, sums[other], mean);
      const double label = tree.path(static_cast<std::int32_t>(word))[0].right ? 1 : 0;
      const double gradient = kRate * (label - 1 / (1 + std::exp(-dot(mean, output))));
      add(gradient, output, error);
      add(gradient, mean, output);
      for (const std::size_t other : around) {
        add(static_cast<double>(rows[other].size()), error, sums[other]);
        add(1, error, changes[other]);
      }
    }
    for (const std::size_t word : {0u, 1u})
      for (const std::size_t row : rows[word]) add(1, changes[word], inputs[row]);
    for (std::size_t j = 0; j < 2; ++j) {  // the sigmoid is a table of 1/256 steps
      for (std::int64_t i = 0; i < 4; ++i) EXPECT_NEAR(shared.row(i)[j], inputs[i][j], 4e-3) << i;
      EXPECT_NEAR(shared.row(4)[j], output[j], 4e-3);
    }
  }
}

TEST(CbowRounds, NothingStaysFromOneBlockToTheNext) {
  InputRows words;
  for (std::int64_t i = 0; i < 6; ++i) words.add({{i, 6}});
  EXPECT_EQ(trained_after<CbowRounds>(2, 7, words), trained_after<CbowRounds>(0, 7, words));
}

TEST(LimitsOfTurns, BlocksEndBeforeTheirWordsAreMadeOfTheSameRows) {
  constexpr std::int32_t kWords = 600;
  InputRows own, apart, alike;  // no other row; 15 words share one; all share three
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < kWords; ++i) {
    own.add({{i}});
    apart.add({{i, kWords + i / 15}});
    alike.add({{i, kWords, kWords + 1, kWords + 2}});
    ids.push_back(i);
    ids.push_back(i);  // which again adds nothing
  }
  const auto sizes = [&](const InputRows& rows) {
    BlockQueue blocks;
    blocks.push(ids, limits_of_turns(rows), one);
    blocks.end_block();
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < blocks.size(); ++i) out.push_back(std::ssize(blocks[i]));
    return out;
  };
  EXPECT_EQ(sizes(own), (std::vector<std::int64_t>{kBlockWords, 2 * kWords - kBlockWords}));
  EXPECT_EQ(sizes(apart), sizes(own));
  const std::vector<std::int64_t> of_alike = sizes(alike);
  // Of W words a row has (1 + 3 W) / 4 in the mean, which is more than 8 from W = 11 on.
  EXPECT_EQ(of_alike[0], 2 * 10 + 1);
}

}  // namespace
}  // namespace sememe::test
