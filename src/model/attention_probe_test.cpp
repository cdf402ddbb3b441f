#include "model/attention_probe.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/fail.h"
#include "sememe/encoder.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

/// Both placements of the norms; the second model stands in the repository.
std::vector<std::string> models() {
  return {test::shared_data("golden/models/bert-mean").string(),
          std::string(SEMEME_SOURCE_DIR) + "/tests/golden/megatron-bert"};
}

TEST(AttentionProbe, ItsLastHiddenStatesAreTheEncoders) {
  SEMEME_SKIP_WITHOUT(test::shared_data("golden/models/bert-mean"));
  for (const std::string& model : models()) {
    SCOPED_TRACE(model);
    const Encoder encoder = Encoder::load(model, {.compute = ComputeType::kFloat32, .threads = 1, .pooling = "mean"});
    const std::string_view texts[] = {"a cat sat on the mat, and the dog did not"};
    EncodeOptions plain;
    plain.prompt = "";
    const TokenEmbeddings expected = encoder.encode_tokens(texts, plain);
    const AttentionTrace trace = AttentionProbe::load(model).trace(expected.ids);
    ASSERT_EQ(trace.last_hidden.rows(), expected.vectors.rows());
    ASSERT_EQ(trace.last_hidden.cols(), expected.vectors.cols());
    double most = 0, far = 0;
    for (std::int64_t i = 0; i < trace.last_hidden.rows() * trace.last_hidden.cols(); ++i) {
      const double difference = std::abs(double(trace.last_hidden.data()[i]) - expected.vectors.data()[i]);
      most = std::max(most, std::abs(double(expected.vectors.data()[i])));
      far = difference <= far ? far : difference;
    }
    EXPECT_LE(far, 2e-5 * std::max(1.0, most));
    ASSERT_EQ(std::ssize(trace.attention), encoder.info().layers);
    ASSERT_EQ(std::ssize(trace.hidden), encoder.info().layers + 1);
    const auto values = [](const Matrix& m) { return std::vector<float>(m.data(), m.data() + m.rows() * m.cols()); };
    EXPECT_NE(values(trace.hidden[0]), values(trace.hidden[1]));
    if (encoder.info().norm_placement == "post") {
      EXPECT_EQ(values(trace.hidden.back()), values(trace.last_hidden));
    }
    const std::int64_t n = trace.tokens;
    for (const std::vector<float>& layer : trace.attention) {
      ASSERT_EQ(std::ssize(layer), trace.heads * n * n);
      for (std::int64_t row = 0; row < trace.heads * n; ++row) {
        double sum = 0;
        for (std::int64_t j = 0; j < n; ++j) sum += layer[row * n + j];
        EXPECT_LE(std::abs(sum - 1), 1e-5);
      }
    }
  }
}

TEST(AttentionProbe, RefusesIdsThatTheModelDoesNotHave) {
  SEMEME_SKIP_WITHOUT(test::shared_data("golden/models/bert-mean"));
  const AttentionProbe probe = AttentionProbe::load(models()[0]);
  EXPECT_THROW(probe.trace({}), Error);
  EXPECT_THROW(probe.trace(std::vector<std::int32_t>{-1}), Error);
  EXPECT_THROW(probe.trace(std::vector<std::int32_t>{1 << 30}), Error);
  EXPECT_THROW(probe.trace(std::vector<std::int32_t>(100000, 1)), Error);
  EXPECT_THROW(AttentionProbe::load("no such model"), Error);
}

}  // namespace
}  // namespace sememe
