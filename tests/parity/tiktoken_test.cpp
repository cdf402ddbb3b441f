// Ids and text of tiktoken rank files, against tiktoken's encode_ordinary (../shared/data/golden/README.md).
#include <gtest/gtest.h>

#include "io/json.h"
#include "parity/golden_lines.h"
#include "sememe/tokenizer.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::shared_data;

class TiktokenGolden : public testing::TestWithParam<const char*> {};

TEST_P(TiktokenGolden, IdsAndTextEqualTheLibrarys) {
  const std::string name = GetParam();
  const fs::path file = shared_data("golden/tokenizers/tiktoken-" + name + ".jsonl.gz");
  SEMEME_SKIP_WITHOUT(file);
  const JsonDocument texts = JsonDocument::load(shared_data("golden/tokenizers/texts.json"));
  const std::vector<Json> all = texts.root().elements();
  const fs::path ranks = shared_data("tokenizers/tiktoken/" + name + ".tiktoken");
  const JsonDocument pattern = JsonDocument::load(shared_data("golden/tokenizers/tiktoken-" + name + ".pattern.json"));
  const Tokenizer by_name = Tokenizer::load(ranks);
  const Tokenizer by_pattern = Tokenizer::load(ranks, {.pattern = std::string(pattern.root().at(name).as_string())});
  int rows = 0;
  for (const std::string& line : test::read_lines(file)) {
    const JsonDocument document = JsonDocument::parse(line, "golden");
    const Json row = document.root();
    const std::string text(all.at(static_cast<std::size_t>(row.at("i").as_int())).as_string());
    std::vector<std::int32_t> expected;
    for (const Json& id : row.at("ids").elements()) expected.push_back(static_cast<std::int32_t>(id.as_int()));
    const Encoding encoding = by_name.encode(text);
    ASSERT_EQ(encoding.ids, expected) << line.substr(0, 300);
    ASSERT_EQ(by_pattern.encode(text).ids, expected) << line.substr(0, 300);
    ASSERT_EQ(by_name.decode(encoding.ids), row.at("dec").as_string()) << line.substr(0, 300);
    ++rows;
  }
  EXPECT_EQ(rows, 1400);
}

INSTANTIATE_TEST_SUITE_P(Encodings, TiktokenGolden,
                         testing::Values("r50k_base", "p50k_base", "cl100k_base", "o200k_base"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace sememe
