// The gradient of every loss by central differences in double, and values that can be told by hand.

#include "train/losses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace sememe::train {
namespace {

struct Data {
  std::int64_t rows = 6, width = 10;
  std::vector<Buffer<double>> columns, gradients;
  std::vector<double> targets;
  std::int64_t target_width = 1;
  std::vector<Matrix> guide;
  Parameter<double> weight, bias;

  Data(const LossSpec& spec, std::size_t count) {
    const CounterRng random(3, 7);
    std::uint64_t at = 0;
    for (std::size_t s = 0; s < count; ++s) {
      columns.emplace_back(rows * width);
      gradients.emplace_back(rows * width, 0.0);
      for (double& x : columns.back()) x = random.normal(at++) * 0.7;
    }
    const LossTarget target = loss_target(spec.kind);
    if (target == LossTarget::kVector) target_width = width;
    if (target == LossTarget::kScores) target_width = static_cast<std::int64_t>(count) - 1;
    const std::int64_t numbers = rows * target_width * (target == LossTarget::kVector ? std::int64_t(count) : 1);
    for (std::int64_t i = 0; i < numbers; ++i) {
      const double x = random.normal(at++);
      targets.push_back(target == LossTarget::kBinary  ? double(x > 0)
                        : target == LossTarget::kClass ? double(i % 3)
                                                       : x);
    }
    if (spec.kind == LossKind::kGist)
      for (std::size_t s = 0; s < count; ++s) {
        guide.emplace_back(rows, 8);
        for (std::int64_t i = 0; i < rows; ++i)
          for (float& x : guide.back().row(i)) x = random.normal(at++);
      }
    if (spec.kind == LossKind::kSoftmax) {
      ParameterSet<double> set;
      weight.shape = {3, 3 * width};
      weight.value = Buffer<double>(9 * width);
      bias.shape = {3};
      bias.value = Buffer<double>(3);
      for (double& x : weight.value) x = random.normal(at++) * 0.3;
      for (double& x : bias.value) x = random.normal(at++) * 0.3;
    }
  }

  double loss(const LossSpec& spec) {
    ThreadPool pool(1);
    LossBatch<double> batch{.targets = targets, .target_width = target_width};
    for (std::size_t s = 0; s < columns.size(); ++s) {
      batch.columns.emplace_back(columns[s].data(), rows, width);
      batch.gradients.emplace_back(gradients[s].data(), rows, width);
    }
    for (const Matrix& g : guide) batch.guide.push_back(g.view());
    if (!weight.value.empty()) {
      batch.head_weight = &weight;
      batch.head_bias = &bias;
    }
    return compute_loss<double>(spec, batch, 1, pool);
  }

  void check(const LossSpec& spec, double* value, double gradient) {
    const double before = *value, h = 1e-6;
    *value = before + h;
    const double above = loss(spec);
    *value = before - h;
    const double below = loss(spec);
    *value = before;
    const double numeric = (above - below) / (2 * h);
    ASSERT_LE(std::abs(gradient - numeric), 1e-8 * std::max(1.0, std::abs(numeric)));
  }
};

void check_loss(const LossSpec& spec, std::size_t columns) {
  Data data(spec, columns);
  EXPECT_TRUE(std::isfinite(data.loss(spec)));
  std::vector<std::vector<double>> gradients;
  for (const auto& g : data.gradients) gradients.emplace_back(g.begin(), g.end());
  const std::vector<double> weight(data.weight.gradient.begin(), data.weight.gradient.end()),
      bias(data.bias.gradient.begin(), data.bias.gradient.end());
  double largest = 0;
  for (std::size_t s = 0; s < columns; ++s)
    for (std::int64_t i = 0; i < data.columns[s].size(); ++i) {
      data.check(spec, &data.columns[s][i], gradients[s][static_cast<std::size_t>(i)]);
      largest = std::max(largest, std::abs(gradients[s][static_cast<std::size_t>(i)]));
    }
  for (std::size_t i = 0; i < weight.size(); ++i) data.check(spec, &data.weight.value[std::int64_t(i)], weight[i]);
  for (std::size_t i = 0; i < bias.size(); ++i) data.check(spec, &data.bias.value[std::int64_t(i)], bias[i]);
  EXPECT_GT(largest, 1e-3);
}

struct Named {
  const char* name;
  std::size_t columns;
};
class LossGradient : public testing::TestWithParam<Named> {};

TEST_P(LossGradient, MatchesCentralDifferences) {
  LossSpec spec = *parse_loss(GetParam().name);
  if (spec.scale > 20) spec.scale = 20;
  spec.classes = 3;
  if (spec.kind == LossKind::kContrastive || spec.kind == LossKind::kOnlineContrastive) spec.margin = 1.4;
  check_loss(spec, GetParam().columns);
  if (spec.kind != LossKind::kSoftmax && loss_target(spec.kind) != LossTarget::kVector) {
    spec.dimensions = {10, 4};
    spec.weights = {1, 0.3};
    check_loss(spec, GetParam().columns);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, LossGradient,
                         testing::Values(Named{"lesson", 3}, Named{"mnr", 2}, Named{"mnr", 3}, Named{"mnr", 4},
                                         Named{"gist", 2}, Named{"gist", 3}, Named{"cosent", 2}, Named{"angle", 2},
                                         Named{"cosine-similarity", 2}, Named{"contrastive", 2},
                                         Named{"online-contrastive", 2}, Named{"triplet", 3}, Named{"batch-hard", 1},
                                         Named{"batch-hard-soft-margin", 1}, Named{"batch-semi-hard", 1},
                                         Named{"batch-all", 1}, Named{"softmax", 2}, Named{"mse", 1}, Named{"mse", 2},
                                         Named{"distill", 1}, Named{"distill", 2}, Named{"margin-mse", 3},
                                         Named{"kl", 3}, Named{"kl", 4}),
                         [](const auto& one) {
                           std::string name = one.param.name + std::to_string(one.param.columns);
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(Losses, SymmetricRankingAndOtherDistancesHaveTheirGradients) {
  LossSpec ranking = *parse_loss("mnr");
  ranking.symmetric = true;
  check_loss(ranking, 2);
  for (const Distance d : {Distance::kCosine, Distance::kManhattan}) {
    LossSpec triplet = *parse_loss("triplet");
    triplet.distance = d;
    check_loss(triplet, 3);
  }
}

TEST(Losses, GistLeavesOutWhatTheGuideFindsNearer) {
  const LossSpec spec = *parse_loss("gist");
  Data data(spec, 2);
  // The guide finds all anchors and positives the same: nothing but the pairs themselves is a candidate...
  for (Matrix& g : data.guide)
    for (std::int64_t i = 0; i < g.rows(); ++i) std::fill(g.row(i).begin(), g.row(i).end(), 1.0F);
  LossSpec strict = spec;
  strict.margin = 0.01;
  EXPECT_LE(std::abs(data.loss(strict)), 1e-12);
  // ... and with a margin that nothing reaches, all are.
  strict.margin = -0.01;
  EXPECT_GT(data.loss(strict), 1);
}

TEST(Losses, DistillingColumnsIsDistillingTheirTexts) {
  const LossSpec spec = *parse_loss("distill");
  Data columns(spec, 3), stacked(spec, 1);
  stacked.rows = 3 * columns.rows;
  stacked.targets = columns.targets;
  stacked.columns[0] = Buffer<double>(stacked.rows * columns.width);
  stacked.gradients[0] = Buffer<double>(stacked.rows * columns.width, 0.0);
  for (std::int64_t s = 0; s < 3; ++s)
    std::copy(columns.columns[static_cast<std::size_t>(s)].begin(), columns.columns[static_cast<std::size_t>(s)].end(),
              stacked.columns[0].data() + s * columns.rows * columns.width);
  EXPECT_NEAR(columns.loss(spec), stacked.loss(spec), 1e-12);
  for (std::int64_t s = 0; s < 3; ++s)
    for (std::int64_t i = 0; i < columns.rows * columns.width; ++i)
      EXPECT_NEAR(columns.gradients[static_cast<std::size_t>(s)][i],
                  stacked.gradients[0][s * columns.rows * columns.width + i], 1e-12);
}

TEST(Losses, NamesAreKnownAndUnknown) {
  EXPECT_FALSE(parse_loss("cosnet"));
  EXPECT_NE(loss_names().find("online-contrastive"), std::string::npos);
  EXPECT_EQ(loss_name(LossKind::kGist), "gist");
}

}  // namespace
}  // namespace sememe::train
