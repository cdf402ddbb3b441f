#include "base/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sememe {
namespace {

// Known answers of the Random123 distribution (kat_vectors, philox4x32 with 10 rounds).
TEST(CounterRng, EqualsPhiloxKnownAnswers) {
  const std::array<std::uint32_t, 4> zeros = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  EXPECT_EQ(CounterRng(0, 0).block(0), zeros);
  const std::array<std::uint32_t, 4> ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  EXPECT_EQ(CounterRng(~std::uint64_t{0}, ~std::uint64_t{0}).block(~std::uint64_t{0}), ones);
  const std::array<std::uint32_t, 4> pi = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  EXPECT_EQ(CounterRng(0x299f31d0a4093822, 0x0370734413198a2e).block(0x85a308d3243f6a88), pi);
}

TEST(CounterRng, UniformHasMeanAndVarianceOfUniform) {
  const CounterRng rng(1, 2);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform(static_cast<std::uint64_t>(i));
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.005);
}

TEST(CounterRng, NormalHasUnitVarianceAndThinTails) {
  const CounterRng rng(7, 0);
  double sum = 0, squares = 0;
  int beyond_two = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal(static_cast<std::uint64_t>(i));
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    beyond_two += std::abs(x) > 2;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
  EXPECT_NEAR(beyond_two / double{kDraws}, 0.0455, 0.004);
}

TEST(CounterRng, BelowIsUniformAndInRange) {
  const CounterRng rng(3, 9);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) {
    const std::uint32_t x = rng.below(static_cast<std::uint64_t>(i), 6);
    ASSERT_LT(x, 6u);
    ++counts[x];
  }
  for (const int c : counts) EXPECT_NEAR(c, 10000, 500);
  EXPECT_EQ(rng.below(5, 1), 0u);
  for (int i = 0; i < 1000; ++i) ASSERT_LT(rng.below(static_cast<std::uint64_t>(i), 0x80000001u), 0x80000001u);
}

TEST(CounterRng, StreamsAndSeedsDiffer) {
  EXPECT_NE(CounterRng(1, 0).block(0), CounterRng(1, 1).block(0));
  EXPECT_NE(CounterRng(1, 0).block(0), CounterRng(2, 0).block(0));
  EXPECT_NE(CounterRng(1, 0).block(0), CounterRng(1, 0).block(1));
}

}  // namespace
}  // namespace sememe
