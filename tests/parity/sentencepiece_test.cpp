// Ids and text of SentencePiece model files, against SentencePiece's own library (../shared/data/golden/README.md).
#include <gtest/gtest.h>

#include <algorithm>

#include "io/json.h"
#include "parity/golden_lines.h"
#include "sememe/tokenizer.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::shared_data;

struct Case {
  const char* golden;
  const char* model;
};

class SentencePieceGolden : public testing::TestWithParam<Case> {};

TEST_P(SentencePieceGolden, IdsAndTextEqualTheLibrarys) {
  const fs::path file = shared_data(std::string("golden/tokenizers/sp-") + GetParam().golden + ".jsonl.gz");
  SEMEME_SKIP_WITHOUT(file);
  const JsonDocument texts = JsonDocument::load(shared_data("golden/tokenizers/texts.json"));
  const std::vector<Json> all = texts.root().elements();
  const Tokenizer tokenizer = Tokenizer::load(shared_data(std::string("tokenizers/") + GetParam().model));
  int rows = 0;
  for (const std::string& line : test::read_lines(file)) {
    const JsonDocument document = JsonDocument::parse(line, "golden");
    const Json row = document.root();
    const std::string text(all.at(static_cast<std::size_t>(row.at("i").as_int())).as_string());
    std::vector<std::int64_t> expected;
    for (const Json& id : row.at("ids").elements()) expected.push_back(id.as_int());
    const Encoding encoding = tokenizer.encode(text);
    ASSERT_EQ(std::vector<std::int64_t>(encoding.ids.begin(), encoding.ids.end()), expected) << line.substr(0, 300);
    ASSERT_EQ(tokenizer.decode(encoding.ids), row.at("dec").as_string()) << line.substr(0, 300);
    ++rows;
  }
  EXPECT_EQ(rows, 1400);
}

INSTANTIATE_TEST_SUITE_P(
    Models, SentencePieceGolden,
    testing::Values(Case{"albert-base", "albert-base/spiece.model"},
                    Case{"xlnet-base-cased", "xlnet-base-cased/spiece.model"}, Case{"llama2", "llama2/tokenizer.model"},
                    Case{"test_sentencepiece", "sentencepiece-fixtures/test_sentencepiece.model"},
                    Case{"test_sentencepiece_bpe", "sentencepiece-fixtures/test_sentencepiece_bpe.model"},
                    Case{"test_sentencepiece_bpe_char", "sentencepiece-fixtures/test_sentencepiece_bpe_char.model"},
                    Case{"test_sentencepiece_no_bos", "sentencepiece-fixtures/test_sentencepiece_no_bos.model"},
                    Case{"test_sentencepiece_with_bytefallback",
                         "sentencepiece-fixtures/test_sentencepiece_with_bytefallback.model"}),
    [](const auto& test) {
      std::string name = test.param.golden;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace sememe
