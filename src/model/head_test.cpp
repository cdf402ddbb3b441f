#include "model/head.h"

#include <gtest/gtest.h>

#include <vector>

namespace sememe {
namespace {

/// What (3, 4) becomes.
std::vector<float> finished(std::int64_t normalizations, bool normalize) {
  PipelineConfig pipeline;
  pipeline.encoder.hidden_size = 2;
  pipeline.pooling = {PoolingMode::kMean};
  for (std::int64_t i = 0; i < normalizations; ++i)
    pipeline.steps.push_back({.kind = PipelineConfig::Step::Kind::kNormalize, .in = 2, .out = 2});
  ThreadPool pool(1);
  std::vector<float> pooled = {3, 4}, out(2);
  Head(pipeline, pool).finish({pooled.data(), 1, 2}, normalize, {out.data(), 1, 2});
  return out;
}

TEST(Head, OnlyANormalizeAtTheEndMayBeLeftOut) {
  EXPECT_EQ(finished(1, true), (std::vector<float>{0.6F, 0.8F}));
  EXPECT_EQ(finished(1, false), (std::vector<float>{3, 4}));
  EXPECT_EQ(finished(2, false), (std::vector<float>{0.6F, 0.8F}));
}

}  // namespace
}  // namespace sememe
