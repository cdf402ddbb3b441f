#include "model/byte_weights.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "model/pipeline.h"
#include "sememe/tokenizer.h"

namespace sememe {
namespace {

const std::filesystem::path kModel = SEMEME_SOURCE_DIR "/tests/golden/megatron-bert";

struct Loaded {
  PipelineConfig pipeline = read_pipeline(kModel, std::nullopt);
  Tokenizer tokenizer = Tokenizer::load(pipeline.transformer_folder);
  ThreadPool pool{2};
  EncoderWeights weights = load_encoder_weights(pipeline.transformer_folder, pipeline.encoder, pool);

  Calibration calibration() {
    Transformer exact(pipeline.encoder, std::move(weights));
    Calibration calibration = calibrate(exact, tokenizer, 32, pool);
    weights = std::move(exact).release();
    return calibration;
  }
};

TEST(ByteWeights, ProductsBecomeBytes) {
  Loaded model;
  const Calibration calibration = model.calibration();
  ASSERT_EQ(calibration.layers.size(), 2u);
  EXPECT_GE(calibration.layers[0].inner.rows(), 100);
  turn_into_bytes(model.weights, calibration, model.pool);
  EXPECT_EQ(model.weights.operands, NumberType::kInt8);
  for (const LayerWeights& w : model.weights.layers) {
    for (const Linear* linear : {&w.qkv, &w.attention_out, &w.up, &w.down})
      EXPECT_EQ(linear->type(), NumberType::kInt8);
    EXPECT_EQ(w.qkv_factors.size(), model.pipeline.encoder.hidden_size);
    EXPECT_EQ(w.up_factors.size(), model.pipeline.encoder.hidden_size);
  }
}

TEST(ByteWeights, DownStaysWideWhereBytesWouldLoseItsInputs) {
  Loaded model;
  Calibration calibration = model.calibration();
  Matrix& inner = calibration.layers[1].inner;
  // One input that is far larger than the others takes all the steps of a byte; its weights are small.
  for (std::int64_t i = 0; i < inner.rows(); ++i) inner.row(i)[0] = 1000;
  const Linear& down = model.weights.layers[1].down;
  Matrix weight = down.weight(model.pool);
  for (std::int64_t i = 0; i < weight.rows(); ++i) weight.row(i)[0] = 0;
  const Matrix& changed = weight;
  model.weights.layers[1].down = Linear(changed.view(), down.bias(), model.pool);
  turn_into_bytes(model.weights, calibration, model.pool);
  EXPECT_EQ(model.weights.layers[0].down.type(), NumberType::kInt8);
  EXPECT_EQ(model.weights.layers[1].down.type(), fastest_float());
}

}  // namespace
}  // namespace sememe
