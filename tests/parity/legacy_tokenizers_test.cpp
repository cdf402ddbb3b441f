// Folders without a tokenizer.json, against what transformers makes of them (tests/golden/make_legacy_tokenizers.py).
#include <gtest/gtest.h>

#include <fstream>

#include "io/json.h"
#include "parity/golden_lines.h"
#include "sememe/tokenizer.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

fs::path golden() { return fs::path(SEMEME_SOURCE_DIR) / "tests" / "golden" / "legacy-tokenizers"; }

std::vector<int> ints(const Json& json) {
  std::vector<int> out;
  for (const Json& element : json.elements()) out.push_back(static_cast<int>(element.as_int()));
  return out;
}

template <class Values>
std::vector<int> ints(const Values& values) {
  return {values.begin(), values.end()};
}

TEST(LegacyTokenizers, FoldersAreWhatTransformersMakesOfThem) {
  const JsonDocument document = JsonDocument::load(golden() / "expected.json");
  std::vector<std::string> texts;
  for (const Json& text : document.root().at("texts").elements()) texts.emplace_back(text.as_string());
  int cases = 0;
  for (const Json& row : document.root().at("cases").elements()) {
    SCOPED_TRACE(std::string(row.at("name").as_string()));
    const test::TemporaryFolder folder;
    for (const auto& [name, content] : row.at("files").members()) {
      fs::copy_file(golden() / content.as_string().substr(1), folder.path() / name);
    }
    std::ofstream(folder.path() / "tokenizer_config.json") << row.at("config_text").as_string();
    const Tokenizer tokenizer = Tokenizer::load(folder.path());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      SCOPED_TRACE(texts[i]);
      const Encoding encoding = tokenizer.encode(texts[i]);
      EXPECT_EQ(ints(encoding.ids), ints(row.at("ids").elements()[i]));
      EXPECT_EQ(test::character_offsets(texts[i], encoding.offsets), ints(row.at("offsets").elements()[i]));
      EXPECT_EQ(tokenizer.decode(encoding.ids), row.at("decoded").elements()[i].as_string());
      if (i + 1 == texts.size()) continue;
      const Encoding pair = tokenizer.encode_pair(texts[i], texts[i + 1]);
      EXPECT_EQ(ints(pair.ids), ints(row.at("pair_ids").elements()[i]));
      EXPECT_EQ(ints(pair.type_ids()), ints(row.at("pair_types").elements()[i]));
    }
    ++cases;
  }
  EXPECT_EQ(cases, 23);
}

}  // namespace
}  // namespace sememe
