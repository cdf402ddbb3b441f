// Whole tokenizers of the reference's component files: ids, tokens, offsets, types, words and decoded text.
#include <gtest/gtest.h>

#include "io/json.h"
#include "parity/golden_lines.h"
#include "sememe/error.h"
#include "sememe/tokenizer.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

class ComponentFile : public testing::TestWithParam<const char*> {};

std::vector<int> ints(const Json& json) {
  std::vector<int> out;
  for (const Json& element : json.elements())
    out.push_back(element.is_null() ? -1 : static_cast<int>(element.as_int()));
  return out;
}

template <class Values>
std::vector<int> ints(const Values& values) {
  return {values.begin(), values.end()};
}

void expect_row(const Tokenizer& tokenizer, const TokenizeOptions& options, const Json& row) {
  const std::string text(row.at("text").as_string());
  const Encoding encoding = tokenizer.encode(text, options);
  EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
  std::vector<std::string> tokens;
  for (const Json& token : row.at("tokens").elements()) tokens.emplace_back(token.as_string());
  EXPECT_EQ(encoding.tokens, tokens);
  EXPECT_EQ(test::character_offsets(text, encoding.offsets), ints(row.at("off")));
  EXPECT_EQ(ints(encoding.type_ids()), ints(row.at("type")));
  EXPECT_EQ(ints(encoding.special()), ints(row.at("special")));
  EXPECT_EQ(ints(encoding.word_ids), ints(row.at("word_ids")));
  EXPECT_EQ(tokenizer.decode(encoding.ids), row.at("dec").as_string());
  EXPECT_EQ(tokenizer.decode(encoding.ids, false), row.at("dec_all").as_string());
  std::vector<std::int32_t> ids;
  tokenizer.encode_ids(text, ids, options);
  EXPECT_EQ(ids, encoding.ids);
}

TEST_P(ComponentFile, EveryTextComesOutAsTheReferenceHasIt) {
  const fs::path folder = test::shared_data("golden/tokenizers/components");
  SEMEME_SKIP_WITHOUT(folder);
  const std::string name = GetParam();
  const Tokenizer tokenizer = Tokenizer::load(folder / (name + ".json"));
  TokenizeOptions options;
  options.keep_tokens = true;
  int rows = 0;
  for (const std::string& line : test::read_lines(folder / (name + ".expected.jsonl.gz"))) {
    SCOPED_TRACE(line.substr(0, 300));
    const JsonDocument document = JsonDocument::parse(line, "golden");
    const Json row = document.root();
    ++rows;
    if (row.find("error")) {  // the reference gives up: anything but a crash
      tokenizer.decode(tokenizer.encode(row.at("text").as_string()).ids);
      continue;
    }
    expect_row(tokenizer, options, row);
    if (HasFailure()) break;
  }
  EXPECT_GE(rows, 100);
}

std::string plain_name(const testing::TestParamInfo<const char*>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, ComponentFile,
                         testing::Values("bpe-byte-fallback", "bpe-fuse-unk", "bpe-ignore-merges", "bpe-no-unk",
                                         "bpe-prefix-suffix", "unigram", "unigram-byte-fallback", "wordlevel",
                                         "wordpiece-default", "wordpiece-prefix", "wordpiece-short"),
                         plain_name);
INSTANTIATE_TEST_SUITE_P(Decoders, ComponentFile,
                         testing::Values("decoder-bpe", "decoder-bytefallback", "decoder-bytelevel", "decoder-ctc",
                                         "decoder-fuse", "decoder-metaspace", "decoder-replace", "decoder-strip",
                                         "decoder-wordpiece"),
                         plain_name);
INSTANTIATE_TEST_SUITE_P(PostProcessors, ComponentFile,
                         testing::Values("post-bytelevel", "post-roberta", "post-sequence", "post-template",
                                         "encode-special-tokens"),
                         plain_name);

}  // namespace
}  // namespace sememe
