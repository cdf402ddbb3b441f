#include "words/skipgram_rounds.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sememe::test {
namespace {

using Vector = std::array<double, 2>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1]; }
void add(double scale, const Vector& x, Vector& y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += scale * x[i];
}

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
    blocks.push(std::vector<std::int32_t>{0, 1, 0}, {}, [](std::int32_t) { return 1; });
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
  for (std::int64_t i = 0; i < 6; ++i) words.add({{i}});
  const std::vector<float> kept(6, 1.0f);
  const NoiseWords noise({9, 8, 7, 6, 5, 4});
  BlockQueue blocks;
  blocks.push(std::vector<std::int32_t>{0, 1, 2, 3, 1, -1, 4, 5, 0}, {}, [](std::int32_t) { return 1; });
  blocks.end_block();
  ThreadPool pool(2);
  const auto trained = [&](int before) {
    SharedRows shared(6, 6, 8);
    SkipGramRounds rounds(words, {.noise = &noise, .negative = 3}, Windows(kept, 2, -1), 1, shared, pool);
    const auto start = [&] {
      for (std::int64_t i = 0; i < shared.rows; ++i)
        for (std::int64_t j = 0; j < shared.stride; ++j) shared.row(i)[j] = static_cast<float>((i * 7 + j * 3) % 5) - 2;
    };
    for (int i = 0; i < before; ++i) {
      start();
      rounds.train(blocks, 1, 0.1, i);
    }
    start();
    rounds.train(blocks, 1, 0.1, 5);
    return std::vector<float>(shared.row(0), shared.row(0) + shared.rows / 2 * shared.stride);
  };
  EXPECT_EQ(trained(2), trained(0));
}

}  // namespace
}  // namespace sememe::test
