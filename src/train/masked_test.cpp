// Masked-language-model training: gradients by central differences and against transformers, and what is masked.

#include "train/masked.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/rng.h"
#include "io/npz.h"
#include "train/encoder_graph.h"

namespace sememe::train {
namespace {

/// A tiny BertForMaskedLM with transformers' float64 loss and gradients (tests/golden/make_masked_lm.py).
template <class T>
struct Reference {
  std::filesystem::path folder = std::filesystem::path(SEMEME_SOURCE_DIR) / "tests/golden/masked-lm";
  NpzReader expected{folder / "expected.npz"};
  ThreadPool pool{2};
  EncoderGraph<T> graph{read_transformer_pipeline(folder, "mean"), pool};
  MaskedHead<T> head{graph.pipeline().encoder, graph.parameters(), 1};
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets;
  std::vector<MaskedToken> masked;

  Reference() {
    for (const std::int64_t id : numbers("ids")) ids.push_back(static_cast<std::int32_t>(id));
    offsets = numbers("offsets");
    const auto rows = numbers("rows"), labels = numbers("labels");
    for (std::size_t i = 0; i < rows.size(); ++i) masked.push_back({rows[i], static_cast<std::int32_t>(labels[i])});
  }
  std::vector<std::int64_t> numbers(const char* name) const {
    const NpyArray array = expected.read(name);
    const auto values = array.template as<std::int64_t>();
    return {values.begin(), values.end()};
  }
  double loss() {
    const TokenBatch batch{ids, offsets};
    graph.prepare();
    head.prepare(&pool);
    const MatView<const T> hidden = graph.transformer().forward(batch, {}, &pool);
    Buffer<T> memory(hidden.rows * hidden.stride);
    const MatView<T> d_hidden(memory.data(), hidden.rows, hidden.cols, hidden.stride);
    const double each = 1 / static_cast<double>(masked.size());
    const double loss = each * head.learn(hidden, masked, each, d_hidden, &pool);
    graph.transformer().backward(batch, {}, d_hidden, &pool);
    return loss;
  }
  void expect_reference(double loss_bound, double gradient_bound) {
    EXPECT_LE(std::abs(loss() / expected.read("loss").template as<double>()[0] - 1), loss_bound);
    int tensors = 0;
    for (const std::string& name : expected.names()) {
      if (!name.starts_with("grad/")) continue;
      const Parameter<T>* const p = graph.parameters().find(name.substr(5));
      ASSERT_NE(p, nullptr) << name;
      const NpyArray array = expected.read(name);
      const auto want = array.template as<double>();
      double largest = 0;
      for (const double x : want) largest = std::max(largest, std::abs(x));
      ASSERT_EQ(p->gradient.size(), std::ssize(want)) << name;
      // The key's bias has no true gradient: softmax does not see it.
      const double scale = name.ends_with("key.bias") ? 1 : largest;
      for (std::size_t i = 0; i < want.size(); ++i)
        EXPECT_LE(std::abs(p->gradient[static_cast<std::int64_t>(i)] - want[i]), gradient_bound * scale) << name;
      ++tensors;
    }
    EXPECT_EQ(tensors, 42);
  }
};

TEST(MaskedHead, LossAndGradientsAreThoseOfTransformers) {
  Reference<double>().expect_reference(1e-12, 1e-10);
  Reference<float>().expect_reference(1e-6, 5e-5);
}

TEST(MaskedHead, EveryRowOfTheWordTableHasAGradientThatIsClearedAgain) {
  Reference<double> r;
  r.loss();
  for (const bool cleared : {false, true}) {
    if (cleared) r.graph.parameters().zero_gradients(r.pool);
    const Parameter<double>& words = *r.graph.parameters().find("bert.embeddings.word_embeddings.weight");
    for (std::int64_t i = 0; i < words.rows(); ++i) {
      double largest = 0;
      for (std::int64_t j = 0; j < words.cols(); ++j)
        largest = std::max(largest, std::abs(words.gradient[i * words.cols() + j]));
      EXPECT_EQ(largest > 0, !cleared) << i;
    }
  }
}

TEST(MaskedHead, GradientsMatchCentralDifferences) {
  Reference<double> r;
  r.loss();
  std::vector<std::vector<double>> gradients;
  for (const auto& p : r.graph.parameters().all()) gradients.emplace_back(p->gradient.begin(), p->gradient.end());
  std::int64_t checked = 0;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    Parameter<double>& p = *r.graph.parameters().all()[k];
    for (std::int64_t i = 0; i < p.value.size(); i += 17, ++checked) {
      const double before = p.value[i], h = 1e-5;
      p.value[i] = before + h;
      const double above = r.loss();
      p.value[i] = before - h;
      const double below = r.loss();
      p.value[i] = before;
      const double numeric = (above - below) / (2 * h);
      ASSERT_LE(std::abs(gradients[k][static_cast<std::size_t>(i)] - numeric), 1e-8 * std::max(1.0, std::abs(numeric)))
          << p.name << " " << i;
    }
  }
  EXPECT_GT(checked, 100);
}

TEST(MaskedTokens, AreChosenBySeedNumberAndRowInTheSharesOfBert) {
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 40000; ++i) ids.push_back(i % 10 == 0 ? 2 : 10 + i % 900);
  MaskRules rules{.share = 0.2, .mask_id = 4, .vocab_size = 1000, .special = std::vector<bool>(1000, false)};
  rules.special[2] = true;
  const MaskedTokens one = mask_tokens(ids, rules, 7, 3), again = mask_tokens(ids, rules, 7, 3);
  EXPECT_EQ(one.ids, again.ids);
  EXPECT_NE(one.ids, mask_tokens(ids, rules, 7, 4).ids);
  EXPECT_NE(one.ids, mask_tokens(ids, rules, 8, 3).ids);
  double masked = 0, same = 0, other = 0;
  std::size_t next = 0;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    const bool chosen = next < one.masked.size() && one.masked[next].row == static_cast<std::int64_t>(row);
    if (!chosen) {
      EXPECT_EQ(one.ids[row], ids[row]);
      continue;
    }
    EXPECT_EQ(one.masked[next++].id, ids[row]);
    EXPECT_NE(ids[row], 2);
    (one.ids[row] == 4 ? masked : one.ids[row] == ids[row] ? same : other) += 1;
  }
  EXPECT_EQ(next, one.masked.size());
  const double chosen = static_cast<double>(next);
  EXPECT_LE(std::abs(chosen - 7200), 300);  // four deviations
  EXPECT_LE(std::abs(masked / chosen - 0.8), 0.02);
  EXPECT_LE(std::abs(same / chosen - 0.1), 0.015);
  EXPECT_LE(std::abs(other / chosen - 0.1), 0.015);
}

}  // namespace
}  // namespace sememe::train
