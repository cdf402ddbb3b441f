#include "model/static_model.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "io/safetensors_writer.h"
#include "model/pipeline.h"
#include "sememe/encoder.h"
#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

constexpr const char* kTokenizer = R"({"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
  "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
  "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "b": 2}, "unk_token": "[UNK]"}})";

/// A model2vec folder of three tokens and two stored rows: a is (1, 2) twice, b is (3, 4).
struct Model : test::TemporaryFolder {
  std::array<float, 4> table = {1, 2, 3, 4};
  std::vector<std::int32_t> mapping = {0, 0, 1};
  std::vector<float> weights = {1, 2, 1};

  void save() const {
    write("config.json", R"({"model_type": "model2vec", "normalize": false})");
    write("tokenizer.json", kTokenizer);
    const auto count = [](const auto& x) { return static_cast<std::int64_t>(x.size()); };
    write_safetensors(path() / "model.safetensors",
                      {{"embeddings", DType::kF32, {2, 2}, std::as_bytes(std::span(table))},
                       {"mapping", DType::kI32, {count(mapping)}, std::as_bytes(std::span(mapping))},
                       {"weights", DType::kF32, {count(weights)}, std::as_bytes(std::span(weights))}},
                      {});
  }
  std::string error(const EncoderOptions& options = {}) const {
    save();
    return test::error_of<Error>([&] { Encoder::load(path().string(), options); });
  }
};

TEST(StaticModel, IsTheMeanOfMappedWeightedRowsWithoutUnknownTokens) {
  const Model model;
  model.save();
  const Encoder encoder = Encoder::load(model.path().string(), {.max_tokens = 2});
  const std::string texts[] = {"a b", "", "what a", "what", "b b a"};
  std::vector<TextStats> stats;
  const Matrix got = encoder.encode(texts, {}, &stats);
  const float want[5][2] = {{2.5, 4}, {0, 0}, {2, 4}, {0, 0}, {3, 4}};
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(got.row(i)[k], want[i][k]) << i;
  EXPECT_EQ(stats[2].tokens, 1);
  EXPECT_EQ(stats[4].tokens, 3);
  EXPECT_EQ(stats[4].tokens_used, 2);
  EXPECT_NE(test::error_of<Error>([&] { encoder.encode(texts, {.on_long = OnLong::kError}); }).find("text 4: has 3"),
            std::string::npos);
}

TEST(StaticModel, DamagedFilesSayWhatIsWrong) {
  Model row, short_weights, nan;
  row.mapping[1] = 2;
  EXPECT_NE(row.error().find("mapping of token 1: expected a row below 2, found 2"), std::string::npos) << row.error();
  short_weights.weights.pop_back();
  EXPECT_NE(short_weights.error().find("a floating-point factor for each of 3 tokens"), std::string::npos);
  nan.table[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(nan.error().find("NaN"), std::string::npos);
}

TEST(StaticModel, OtherPoolingAndTransformersWorkAreRefused) {
  const Model model;
  EXPECT_NE(model.error({.pooling = "cls"}).find("mean of its tokens"), std::string::npos);
  EXPECT_NE(test::error_of<Error>([&] { read_transformer_pipeline(model.path(), "mean"); }).find("a static model"),
            std::string::npos);
}

}  // namespace
}  // namespace sememe
