#include "words/skipgram_rounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "words/test_rounds.h"

namespace sememe::test {
namespace {

TEST(SkipGramRounds, WordsThenRowsGoOnFromWhereTheyCameTo) {
  constexpr double kRate = 0.7;
  const std::int64_t counts[] = {2, 1};
  const HuffmanTree tree(counts);  // one inner node tells both words
  InputRows words;                 // that share row 2
  words.add({{0, 2}});
  words.add({{1, 2}});
  const std::vector<float> kept = {1, 1};
  for (const int threads : {1, 2, 3}) {
    SharedRows shared(3, 2, 2);
    Vector inputs[] = {{0.5, -1}, {1.5, 0.25}, {-0.5, 2}}, output = {1, -0.75};
    for (std::int64_t i = 0; i < shared.rows; ++i) std::fill_n(shared.row(i), shared.stride, 0.0f);
    for (std::int64_t i = 0; i < 3; ++i) std::copy_n(inputs[i].begin(), 2, shared.row(i));
    std::copy_n(output.begin(), 2, shared.row(3));

    BlockQueue blocks;  // the word 0 stands beside 1 twice, and 1 beside 0
    blocks.push(std::vector<std::int32_t>{0, 1, 0}, {}, one);
    blocks.end_block();
    ThreadPool pool(threads);
    SkipGramRounds rounds(words, {.tree = &tree}, Windows(kept, 1, -1), 1, shared, pool);
    rounds.train(blocks, 1, kRate, 0);

    std::vector<std::pair<Vector, double>> places;
    for (const std::size_t word : {0u, 1u}) {
      const double label = tree.path(word == 0 ? 1 : 0)[0].right ? 1 : 0;
      Vector x = {};
      for (const std::size_t row : {word, std::size_t{2}}) add(0.5, inputs[row], x);
      for (int pair = 0; pair < 2; ++pair) {
        places.emplace_back(x, label);
        add(kRate * (label - 1 / (1 + std::exp(-dot(x, output)))), output, x);
      }
      places.emplace_back(x, -1);
    }
    const Vector change[] = {{places[2].first[0] - places[0].first[0], places[2].first[1] - places[0].first[1]},
                             {places[5].first[0] - places[3].first[0], places[5].first[1] - places[3].first[1]}};
    for (const auto& [x, label] : places)
      if (label >= 0) add(kRate * (label - 1 / (1 + std::exp(-dot(x, output)))), x, output);
    for (const std::size_t word : {0u, 1u})
      for (const std::size_t row : {word, std::size_t{2}}) add(1, change[word], inputs[row]);
    for (std::size_t j = 0; j < 2; ++j) {  // the sigmoid is a table of 1/256 steps
      for (std::int64_t i = 0; i < 3; ++i) EXPECT_NEAR(shared.row(i)[j], inputs[i][j], 3e-3) << i;
      EXPECT_NEAR(shared.row(3)[j], output[j], 3e-3);
    }
  }
}

TEST(SkipGramRounds, NothingStaysFromOneBlockToTheNext) {
  InputRows words;
  for (std::int64_t i = 0; i < 6; ++i) words.add({{i, 6}});
  EXPECT_EQ(trained_after<SkipGramRounds>(2, 7, words), trained_after<SkipGramRounds>(0, 7, words));
}

}  // namespace
}  // namespace sememe::test
