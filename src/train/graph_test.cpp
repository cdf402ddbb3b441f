// Every gradient of the encoder by central differences in double; the same bits for any number of threads.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "support/sanitized.h"
#include "train/encoder_graph.h"
#include "train/initialize.h"

namespace sememe::train {
namespace {

using Kind = PipelineConfig::Step::Kind;

PipelineConfig tiny(PoolingMode pooling) {
  PipelineConfig p;
  p.encoder = {.hidden_size = 12,
               .layers = 2,
               .heads = 3,
               .intermediate_size = 17,
               .vocab_size = 11,
               .max_positions = 7,
               .type_vocab_size = 2,
               .norm_eps = 1e-12F};
  p.pooling = {pooling};
  return p;
}

/// Three texts, one of a single token, one with an id twice.
struct Texts {
  std::vector<std::int32_t> ids = {3, 5, 5, 1, 9, 2, 7, 0};
  std::vector<std::int64_t> offsets = {0, 4, 5, 8};
  TokenBatch batch() const { return {ids, offsets}; }
};

/// Checks the gradient of sum(out * w) with fixed random w, for a part of the elements of each parameter.
void check_gradients(const PipelineConfig& pipeline, const Dropout& dropout = {}, const LoraOptions* lora = nullptr) {
  ThreadPool pool(1);
  const Texts texts;
  // Larger values than a model begins with: its softmax is nearly uniform, and hides faults.
  ParameterSet<double> values = initial_parameters<double>(pipeline, 5, 0.4);
  const CounterRng random(9, 1);
  std::uint64_t at = 0;
  for (const auto& p : values.all())
    if (p->shape.size() == 1)
      for (double& x : p->value) x += 0.3 * random.normal(at++);
  EncoderGraph<double> graph(pipeline, std::move(values), pool);
  if (lora != nullptr) {
    graph.add_adapters(*lora, 3);
    for (const auto& p : graph.parameters().all())
      if (p->trained)
        for (double& x : p->value) x = 0.2 * random.normal(at++);  // B begins as zeros, which would hide A
  }
  const std::int64_t d = graph.dimensions();
  Buffer<double> out(3 * d), weight(3 * d);
  for (double& w : weight) w = random.normal(at++);
  const auto value = [&] {
    graph.prepare();
    graph.forward(texts.batch(), 1, dropout, MatView<double>(out.data(), 3, d));
    double sum = 0;
    for (std::int64_t i = 0; i < 3 * d; ++i) sum += out[i] * weight[i];
    return sum;
  };
  value();
  graph.backward(texts.batch(), 1, dropout, MatView<const double>(weight.data(), 3, d));
  const std::int64_t every = test::kSanitized ? (lora != nullptr ? 11 : 29) : 5;
  std::int64_t checked = 0;
  for (const auto& p : graph.parameters().all()) {
    if (lora != nullptr && !p->trained) continue;
    ASSERT_TRUE(p->trained) << p->name;
    ASSERT_FALSE(p->gradient.empty()) << p->name;
    for (std::int64_t i = 0; i < p->value.size(); i += every, ++checked) {
      const double before = p->value[i], h = 1e-5;
      p->value[i] = before + h;
      const double above = value();
      p->value[i] = before - h;
      const double below = value();
      p->value[i] = before;
      const double numeric = (above - below) / (2 * h);
      ASSERT_LE(std::abs(p->gradient[i] - numeric), 1e-8 * std::max(1.0, std::abs(numeric))) << p->name << " " << i;
    }
  }
  EXPECT_GT(checked, 50);
}

class EncoderGradient : public testing::TestWithParam<PoolingMode> {};

TEST_P(EncoderGradient, MatchesCentralDifferencesForEveryPooling) { check_gradients(tiny(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Pooling, EncoderGradient,
                         testing::Values(PoolingMode::kCls, PoolingMode::kMax, PoolingMode::kMean,
                                         PoolingMode::kMeanSqrtLen, PoolingMode::kWeightedMean,
                                         PoolingMode::kLastToken));

TEST(EncoderGradients, MatchWithNormsBeforeTheBranches) {
  PipelineConfig p = tiny(PoolingMode::kMean);
  p.encoder.family = Family::kMegatronBert;
  p.encoder.norm = NormPlacement::kPre;
  p.encoder.embedding_norm = false;
  check_gradients(p);
}

TEST(EncoderGradients, MatchWithDropout) {
  check_gradients(tiny(PoolingMode::kMean), {.rate = 0.25, .seed = 3, .step = 8});
}

TEST(EncoderGradients, MatchThroughAdaptersWithTheirDropout) {
  const LoraOptions lora{.rank = 3, .alpha = 4, .target_modules = {"query", "key", "value", "dense"}};
  const Dropout dropout{.rate = 0.25, .seed = 3, .step = 8, .adapter_rate = 0.3};
  check_gradients(tiny(PoolingMode::kMean), dropout, &lora);
  PipelineConfig pre = tiny(PoolingMode::kMean);
  pre.encoder.family = Family::kMegatronBert;
  pre.encoder.norm = NormPlacement::kPre;
  pre.encoder.embedding_norm = false;
  check_gradients(pre, dropout, &lora);
}

TEST(Adapters, AreMergedIntoTheSameVectors) {
  const PipelineConfig p = tiny(PoolingMode::kMean);
  ThreadPool pool(2);
  EncoderGraph<float> graph(p, initial_parameters<float>(p, 5, 0.4), pool);
  const LoraOptions lora{.rank = 2, .alpha = 5, .target_modules = {"value", "intermediate.dense"}};
  graph.add_adapters(lora, 3);
  const CounterRng random(9, 1);
  std::uint64_t at = 0;
  std::vector<std::string> names;
  for (const auto& q : graph.parameters().all()) {
    if (!q->trained) continue;
    names.push_back(q->name);
    for (float& x : q->value) x = 0.3F * random.normal(at++);
  }
  ASSERT_EQ(names.size(), 8U);  // two layers, two modules, A and B
  EXPECT_EQ(names[0], "adapter/encoder.layer.0.attention.self.value.lora_A.weight");
  EXPECT_EQ(names[7], "adapter/encoder.layer.1.intermediate.dense.lora_B.weight");
  const Texts texts;
  Matrix apart(3, 12), merged(3, 12);
  graph.prepare();
  graph.forward(texts.batch(), 0, {}, apart.view());
  merge_adapters(lora, graph.parameters());
  for (const auto& q : graph.parameters().all())
    if (q->trained) std::fill(q->value.begin(), q->value.end(), 0.0F);
  graph.prepare();
  graph.forward(texts.batch(), 0, {}, merged.view());
  for (std::int64_t i = 0; i < 36; ++i)
    EXPECT_LE(std::abs(apart.data()[i] - merged.data()[i]), 1e-5F * std::max(1.0F, std::abs(apart.data()[i])));
}

TEST(EncoderGradients, MatchThroughDenseNormAndNormalize) {
  PipelineConfig p = tiny(PoolingMode::kMean);
  p.pooling = {PoolingMode::kCls, PoolingMode::kMean};
  p.include_prompt = false;
  p.steps = {
      {.kind = Kind::kDense, .folder = "2_Dense", .in = 24, .out = 9, .activation = Activation::kTanh},
      {.kind = Kind::kLayerNorm, .folder = "3_LayerNorm", .in = 9, .out = 9},
      {.kind = Kind::kDense, .folder = "4_Dense", .in = 9, .out = 5, .bias = false, .activation = Activation::kGelu},
      {.kind = Kind::kNormalize, .in = 5, .out = 5}};
  check_gradients(p);
}

class ActivationGradient : public testing::TestWithParam<Activation> {};

TEST_P(ActivationGradient, MatchesCentralDifferences) {
  for (double x = -6.05; x < 6; x += 0.173) {
    const auto value = [&](double at) {
      activation_forward<double>(GetParam(), MatView<double>(&at, 1, 1), MatView<double>(&at, 1, 1), nullptr);
      return at;
    };
    double d = 1;
    activation_backward<double>(GetParam(), MatView<const double>(&x, 1, 1), MatView<double>(&d, 1, 1), nullptr);
    EXPECT_LE(std::abs(d - (value(x + 1e-5) - value(x - 1e-5)) / 2e-5), 1e-8) << x;
    const auto narrow = static_cast<float>(x);
    float slope = 1;
    activation_backward<float>(GetParam(), MatView<const float>(&narrow, 1, 1), MatView<float>(&slope, 1, 1), nullptr);
    EXPECT_LE(std::abs(static_cast<double>(slope) - d), 2e-6) << x;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, ActivationGradient,
                         testing::Values(Activation::kIdentity, Activation::kGelu, Activation::kGeluTanh,
                                         Activation::kQuickGelu, Activation::kRelu, Activation::kSilu,
                                         Activation::kTanh, Activation::kSigmoid));

/// Gradients of a model with rows that fill more than one block of tokens.
std::vector<float> float_gradients(int threads) {
  PipelineConfig p = tiny(PoolingMode::kMean);
  p.encoder.hidden_size = 48;
  p.encoder.intermediate_size = 70;
  ThreadPool pool(threads);
  EncoderGraph<float> graph(p, initial_parameters<float>(p, 5, 0.2), pool);
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets = {0};
  for (int text = 0; text < 150; ++text) {
    for (int t = 0; t <= text % 7; ++t) ids.push_back((text * 5 + t * 3) % 11);
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
  }
  const TokenBatch batch{ids, offsets};
  const Dropout dropout{.rate = 0.1, .seed = 4, .step = 2};
  Matrix out(150, 48);
  graph.forward(batch, 0, dropout, out.view());
  graph.backward(batch, 0, dropout, out.view());
  std::vector<float> all;
  for (const auto& q : graph.parameters().all()) all.insert(all.end(), q->gradient.begin(), q->gradient.end());
  return all;
}

TEST(EncoderGradients, AreTheSameBitsForAnyNumberOfThreads) {
  const std::vector<float> one = float_gradients(1);
  EXPECT_EQ(one, float_gradients(2));
  EXPECT_EQ(one, float_gradients(5));
}

TEST(EncoderGradients, AreAddedToThoseOfTheBatchBefore) {
  const PipelineConfig p = tiny(PoolingMode::kMean);
  ThreadPool pool(1);
  EncoderGraph<double> graph(p, initial_parameters<double>(p, 5, 0.4), pool);
  const Texts texts;
  Buffer<double> out(36), d(36, 0.5);
  std::vector<double> once;
  for (int pass = 1; pass <= 2; ++pass) {
    graph.forward(texts.batch(), 0, {}, MatView<double>(out.data(), 3, 12));
    graph.backward(texts.batch(), 0, {}, MatView<const double>(d.data(), 3, 12));
    std::size_t at = 0;
    for (const auto& q : graph.parameters().all())
      for (const double g : q->gradient) {
        if (pass == 1)
          once.push_back(g);
        else
          ASSERT_LE(std::abs(g - 2 * once[at++]), 1e-12) << q->name;
      }
  }
}

}  // namespace
}  // namespace sememe::train
