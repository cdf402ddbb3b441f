#include "model/pipeline.h"

#include <gtest/gtest.h>

#include <string>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using Kind = PipelineConfig::Step::Kind;

class Pipeline : public testing::Test {
 protected:
  Pipeline() {
    folder_.write("config.json", R"({"model_type": "bert", "hidden_size": 48, "num_hidden_layers": 2,
      "num_attention_heads": 4, "intermediate_size": 100, "vocab_size": 30, "max_position_embeddings": 64})");
    folder_.write("1_Pooling/config.json", R"({"word_embedding_dimension": 48, "pooling_mode_mean_tokens": true})");
    modules({{"", "Transformer"}, {"1_Pooling", "Pooling"}, {"2_Normalize", "Normalize"}});
  }

  void modules(std::vector<std::pair<std::string, std::string>> list) {
    std::string text = "[";
    for (const auto& [path, type] : list)
      text += std::string(text.size() > 1 ? "," : "") + R"({"path": ")" + path +
              R"(", "type": "sentence_transformers.models.)" + type + "\"}";
    folder_.write("modules.json", text + "]");
  }

  PipelineConfig read(std::optional<std::string> pooling = {}) { return read_pipeline(folder_.path(), pooling); }
  std::string error(std::optional<std::string> pooling = {}) {
    return test::error_of<Error>([&] { read(pooling); });
  }
  void expect_error(std::string_view code, std::string_view say, std::optional<std::string> pooling = {}) {
    const std::string e = error(pooling);
    EXPECT_TRUE(e.starts_with(code)) << e;
    EXPECT_NE(e.find(say), std::string::npos) << e;
    EXPECT_EQ(e.find('\n'), std::string::npos) << e;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Pipeline, ReadsTheCommonLayout) {
  const PipelineConfig p = read();
  EXPECT_EQ(p.pooling, std::vector{PoolingMode::kMean});
  EXPECT_EQ(p.dimensions(), 48);
  EXPECT_TRUE(p.normalizes());
  EXPECT_TRUE(p.include_prompt);
}

TEST_F(Pipeline, PoolingIsReadInBothSpellingsAndPutInOrder) {
  folder_.write("1_Pooling/config.json", R"({"embedding_dimension": 48, "pooling_mode": ["mean", "cls"]})");
  EXPECT_EQ(read().pooling, (std::vector{PoolingMode::kCls, PoolingMode::kMean}));
  EXPECT_EQ(read().dimensions(), 96);
  folder_.write("1_Pooling/config.json", R"({"pooling_mode": "lasttoken"})");
  EXPECT_EQ(read().pooling, std::vector{PoolingMode::kLastToken});
  folder_.write("1_Pooling/config.json", R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})");
  EXPECT_EQ(read().pooling, std::vector{PoolingMode::kCls});
}

TEST_F(Pipeline, WithoutAnySwitchTheMeanIsTaken) {
  folder_.write("1_Pooling/config.json", R"({"word_embedding_dimension": 48})");
  EXPECT_EQ(read().pooling, std::vector{PoolingMode::kMean});
}

TEST_F(Pipeline, FlagOverridesTheFolder) {
  EXPECT_EQ(read("max+cls").pooling, (std::vector{PoolingMode::kCls, PoolingMode::kMax}));
  expect_error("0: ", "found 'best'", "best");
  expect_error("0: ", "expected names joined by +", "");
}

TEST_F(Pipeline, PlainFolderNeedsToBeToldHowToPool) {
  std::filesystem::remove(folder_.path() / "modules.json");
  expect_error("0: ", "--pooling");
  EXPECT_EQ(read("mean").pooling, std::vector{PoolingMode::kMean});
  EXPECT_FALSE(read("mean").normalizes());
}

TEST_F(Pipeline, DenseChangesTheWidth) {
  modules({{"", "Transformer"}, {"1_Pooling", "Pooling"}, {"2_Dense", "Dense"}, {"3_Normalize", "Normalize"}});
  folder_.write("2_Dense/config.json",
                R"({"in_features": 48, "out_features": 7, "activation_function": "torch.nn.modules.activation.Tanh"})");
  const PipelineConfig p = read();
  ASSERT_EQ(p.steps.size(), 2u);
  EXPECT_EQ(p.steps[0].kind, Kind::kDense);
  EXPECT_EQ(p.steps[0].activation, Activation::kTanh);
  EXPECT_EQ(p.dimensions(), 7);
  folder_.write("2_Dense/config.json", R"({"in_features": 40, "out_features": 7})");
  expect_error("2: ", "takes vectors of 40 but the module before it gives 48");
  folder_.write("2_Dense/config.json", R"({"in_features": 48, "out_features": 0})");
  expect_error("2: ", "expected 1 to");
  folder_.write("2_Dense/config.json", R"({"in_features": 48, "out_features": 7, "activation_function": "a.Snake"})");
  expect_error("3: ", "'a.Snake' is not known");
}

TEST_F(Pipeline, UnknownModulesAndOrdersAreRefusedByName) {
  modules({{"", "Transformer"}, {"1_Pooling", "Pooling"}, {"2_CNN", "CNN"}});
  expect_error("3: ", "CNN");
  modules({{"", "BoW"}, {"1_Pooling", "Pooling"}});
  expect_error("3: ", "BoW");
  modules({{"", "Transformer"}, {"2_Normalize", "Normalize"}});
  expect_error("3: ", "before Pooling");
  modules({{"", "Transformer"}});
  expect_error("2: ", "--pooling");
  folder_.write("modules.json", "[]");
  expect_error("2: ", "empty");
  modules({{"", "Transformer"}, {"../elsewhere", "Pooling"}});
  expect_error("2: ", "leaves the model folder");
  modules({{"", "Transformer"}, {"9_Pooling", "Pooling"}});
  expect_error("1: ", "9_Pooling");
}

TEST_F(Pipeline, NoPoolingModeSaysWhichFlagDecides) {
  folder_.write("1_Pooling/config.json", R"({"pooling_mode_mean_tokens": false})");
  expect_error("2: ", "--pooling");
  EXPECT_EQ(read("mean").pooling, std::vector{PoolingMode::kMean});
}

TEST_F(Pipeline, WidthsMustAgree) {
  folder_.write("1_Pooling/config.json", R"({"word_embedding_dimension": 384})");
  expect_error("2: ", "expected 48");
}

TEST_F(Pipeline, ReadsPromptsAndLimits) {
  folder_.write("config_sentence_transformers.json",
                R"({"prompts": {"query": "q: ", "doc": ""}, "default_prompt_name": "query"})");
  folder_.write("sentence_bert_config.json", R"({"max_seq_length": 20, "do_lower_case": true})");
  const PipelineConfig p = read();
  EXPECT_EQ(p.prompts.at("query"), "q: ");
  EXPECT_EQ(p.default_prompt_name, "query");
  EXPECT_EQ(p.max_seq_length, 20);
  EXPECT_TRUE(p.lowercase_first);
  folder_.write("config_sentence_transformers.json", R"({"prompts": {}, "default_prompt_name": "query"})");
  expect_error("2: ", "default_prompt_name 'query'");
  folder_.write("config_sentence_transformers.json", "{}");
  folder_.write("sentence_bert_config.json", R"({"max_seq_length": 0})");
  expect_error("2: ", "max_seq_length");
}

TEST_F(Pipeline, FolderWithoutConfigIsNotAModel) {
  std::filesystem::remove(folder_.path() / "config.json");
  expect_error("1: ", "config.json");
}

}  // namespace
}  // namespace sememe
