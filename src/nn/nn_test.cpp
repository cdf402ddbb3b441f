#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/kernels_ref.h"
#include "nn/attention.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/pooling.h"

namespace sememe {
namespace {

std::vector<float> random_floats(std::int64_t n, std::uint64_t stream) {
  const CounterRng rng(4, stream);
  std::vector<float> x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(rng.normal(static_cast<std::uint64_t>(i)));
  return x;
}

TEST(LayerNorm, NormalisesEveryRowInPlaceOrNotOnAnyPool) {
  const std::int64_t n = 70, d = 21, stride = 24;
  const auto x = random_floats(n * stride, 1), gamma = random_floats(d, 2), beta = random_floats(d, 3);
  ThreadPool pool(2);
  for (ThreadPool* const use : {static_cast<ThreadPool*>(nullptr), &pool}) {
    std::vector<float> y = x;
    layer_norm(MatView<const float>(y.data(), n, d, stride), gamma, beta, 1e-5F, MatView<float>(y.data(), n, d, stride),
               use);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto want = layer_norm_ref(x.data() + i * stride, gamma.data(), beta.data(), 1e-5F, d);
      for (std::int64_t j = 0; j < d; ++j)
        ASSERT_NEAR(y[static_cast<std::size_t>(i * stride + j)], want[static_cast<std::size_t>(j)], 2e-5);
      for (std::int64_t j = d; j < stride; ++j)
        ASSERT_EQ(y[static_cast<std::size_t>(i * stride + j)], x[static_cast<std::size_t>(i * stride + j)]);
    }
  }
}

TEST(Attention, EveryTextAttendsToItselfOnly) {
  const std::int64_t heads = 3, head_dim = 5, d = heads * head_dim;
  const std::vector<std::int64_t> offsets = {0, 4, 5, 22, 30};
  const auto qkv = random_floats(30 * 3 * d, 7);
  std::vector<std::vector<float>> results;
  ThreadPool pool(2);
  for (ThreadPool* const use : {static_cast<ThreadPool*>(nullptr), &pool}) {
    AttentionScratch scratch;
    scratch.reserve(17, head_dim, 2);
    std::vector<float> context(static_cast<std::size_t>(30 * d), NAN);
    attention(Rows(MatView<float>(const_cast<float*>(qkv.data()), 30, 3 * d)), offsets, heads, head_dim, 0.3F, scratch,
              Rows(MatView<float>(context.data(), 30, d)), use);
    for (std::size_t text = 0; text + 1 < offsets.size(); ++text)
      for (std::int64_t h = 0; h < heads; ++h) {
        const float* const q = qkv.data() + offsets[text] * 3 * d + h * head_dim;
        const AttentionArgs args{.q = q,
                                 .k = q + d,
                                 .v = q + 2 * d,
                                 .stride = 3 * d,
                                 .tokens = offsets[text + 1] - offsets[text],
                                 .head_dim = head_dim,
                                 .scale = 0.3F};
        for (std::int64_t i = 0; i < args.tokens; ++i) {
          const auto want = attention_ref(args, i);
          for (std::int64_t k = 0; k < head_dim; ++k)
            ASSERT_NEAR(context[static_cast<std::size_t>((offsets[text] + i) * d + h * head_dim + k)],
                        want[static_cast<std::size_t>(k)], 1e-5);
        }
      }
    results.push_back(context);
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST(Embed, AddsWordTypeAndPositionOfEachText) {
  const std::vector<float> words = {1, 2, 10, 20, 100, 200}, positions = {0.5F, 0.25F, 1.5F, 1.25F, 2.5F, 2.25F},
                           types = {1000, 2000, 3000, 4000};
  const std::vector<std::int32_t> ids = {2, 0, 1}, type_ids = {0, 1, 1};
  const std::vector<std::int64_t> offsets = {0, 2, 3};
  std::vector<float> out(6);
  const MatView<const float> w(words.data(), 3, 2), p(positions.data(), 3, 2), t(types.data(), 2, 2);
  const MatView<float> o(out.data(), 3, 2);
  embed(ids, type_ids, offsets, {.floats = w}, p, 0, t, o);
  EXPECT_EQ(out, (std::vector<float>{1100.5F, 2200.25F, 3002.5F, 4003.25F, 3010.5F, 4020.25F}));
  embed(ids, {}, offsets, {.floats = w}, p, 1, t, o);
  EXPECT_EQ(out, (std::vector<float>{1101.5F, 2201.25F, 1003.5F, 2004.25F, 1011.5F, 2021.25F}));
  embed(ids, {}, offsets, {.floats = w}, {}, 0, {}, o);
  EXPECT_EQ(out, (std::vector<float>{100, 200, 1, 2, 10, 20}));

  const std::vector<std::int8_t> bytes = {2, 4, 1, 2, 100, -100};
  const std::vector<float> scales = {0.5F, 10, 2};
  const WordRows rows = {.bytes = {bytes.data(), 3, 2}, .scales = scales};
  embed(ids, {}, offsets, rows, {}, 0, {}, o);
  EXPECT_EQ(out, (std::vector<float>{200, -200, 1, 2, 10, 20}));
  embed(ids, type_ids, offsets, rows, p, 0, t, o);
  EXPECT_EQ(out, (std::vector<float>{1200.5F, 1800.25F, 3002.5F, 4003.25F, 3010.5F, 4020.25F}));
}

TEST(Pooling, IsTheFormulaOfEachMode) {
  const std::vector<float> tokens = {1, -8, 2, 5, 6, -4};  // three tokens of two
  const MatView<const float> m(tokens.data(), 3, 2);
  const auto pooled = [&](PoolingMode mode, std::int64_t first) {
    std::vector<float> out(2, NAN);
    pool_tokens(mode, m, first, out);
    return out;
  };
  using Row = std::vector<float>;
  EXPECT_EQ(pooled(PoolingMode::kCls, 0), (Row{1, -8}));
  EXPECT_EQ(pooled(PoolingMode::kMax, 0), (Row{6, 5}));
  EXPECT_EQ(pooled(PoolingMode::kMean, 0), (Row{3, static_cast<float>(-7.0 / 3)}));
  EXPECT_EQ(pooled(PoolingMode::kMeanSqrtLen, 0),
            (Row{static_cast<float>(9 / std::sqrt(3.0)), static_cast<float>(-7 / std::sqrt(3.0))}));
  EXPECT_EQ(pooled(PoolingMode::kWeightedMean, 0), (Row{static_cast<float>(23.0 / 6), static_cast<float>(-10.0 / 6)}));
  EXPECT_EQ(pooled(PoolingMode::kLastToken, 0), (Row{6, -4}));
  // A prompt of one token that is not pooled; weights keep counting from it.
  EXPECT_EQ(pooled(PoolingMode::kCls, 1), (Row{1, -8}));
  EXPECT_EQ(pooled(PoolingMode::kMax, 1), (Row{6, 5}));
  EXPECT_EQ(pooled(PoolingMode::kMean, 1), (Row{4, 0.5F}));
  EXPECT_EQ(pooled(PoolingMode::kWeightedMean, 1), (Row{static_cast<float>(22.0 / 5), static_cast<float>(-2.0 / 5)}));
  EXPECT_EQ(pooled(PoolingMode::kMean, 3), (Row{0, 0}));
  EXPECT_EQ(pooled(PoolingMode::kMax, 3), (Row{0, 0}));
}

TEST(Pooling, NamesAreThoseOfSentenceTransformers) {
  for (const char* name : {"cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"}) {
    ASSERT_TRUE(parse_pooling_mode(name)) << name;
    EXPECT_EQ(pooling_mode_name(*parse_pooling_mode(name)), name);
  }
  EXPECT_EQ(parse_pooling_mode("mean_sqrt_len"), PoolingMode::kMeanSqrtLen);
  EXPECT_FALSE(parse_pooling_mode("Mean"));
}

TEST(Normalize, GivesLengthOneAndLeavesZeros) {
  std::vector<float> x = {3, 0, -4};
  normalize_l2(x);
  EXPECT_EQ(x, (std::vector<float>{0.6F, 0, -0.8F}));
  std::vector<float> zeros(4);
  normalize_l2(zeros);
  EXPECT_EQ(zeros, std::vector<float>(4));
}

}  // namespace
}  // namespace sememe
