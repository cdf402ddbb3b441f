// Ids of vocabularies in .gguf files, against what llama.cpp expects of them (../shared/data/tokenizers/expected).
#include <gtest/gtest.h>

#include <algorithm>

#include "parity/golden_lines.h"
#include "sememe/tokenizer.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

class GgufExpected : public testing::TestWithParam<const char*> {};

TEST_P(GgufExpected, IdsAreThoseOfLlamaCpp) {
  const std::string name = GetParam();
  const std::filesystem::path expected = test::shared_data("tokenizers/expected/llama.cpp");
  SEMEME_SKIP_WITHOUT(expected / (name + ".inp"));
  const Tokenizer tokenizer = Tokenizer::load(test::shared_data("tokenizers/gguf/" + name + ".gguf"));
  const std::vector<std::string> inputs =
      test::split(test::read_text(expected / (name + ".inp")), "\n__ggml_vocab_test__\n");
  const std::vector<std::string> outputs = test::split(test::read_text(expected / (name + ".out")), "\n");
  ASSERT_EQ(inputs.size(), outputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::string ids;
    for (const std::int32_t id : tokenizer.encode(inputs[i], {.add_special_tokens = false}).ids) {
      ids.append(" ").append(std::to_string(id));
    }
    EXPECT_EQ(ids, outputs[i]) << inputs[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, GgufExpected, testing::Values("bert-bge", "gpt-2", "llama-spm", "phi-3"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace sememe
