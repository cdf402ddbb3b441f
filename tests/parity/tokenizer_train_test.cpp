#include <gtest/gtest.h>

#include <map>
#include <set>

#include "io/file.h"
#include "io/json.h"
#include "io/json_copy.h"
#include "sememe/tokenizer.h"
#include "sememe/tokenizer_trainer.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using test::lines_of;

const std::filesystem::path kFolder = std::filesystem::path(SEMEME_SOURCE_DIR) / "tests/golden/tokenizer_train";

std::string read(const std::filesystem::path& path) { return read_file(path, std::int64_t{1} << 24); }

/// A component of a case, as TokenizerTrainerOptions takes it.
std::string spec_of(const Json& options, const char* key) {
  const auto json = options.find(key);
  if (!json) return "none";
  JsonWriter out;
  copy_json(*json, out);
  return out.take();
}

TokenizerTrainerOptions options_of(const Json& row) {
  const Json json = row.at("options");
  TokenizerTrainerOptions options;
  options.type = *parse_tokenizer_type(row.at("type").as_string());
  options.normalizer = spec_of(json, "normalizer");
  options.pre_tokenizer = spec_of(json, "pre_tokenizer");
  std::size_t used = 0;
  for (const auto& [key, value] : json.members()) {
    used += key == "normalizer" || key == "pre_tokenizer";
    const auto number = [&](std::string_view name, auto& target) {
      if (key == name) target = value.as_int(), ++used;
    };
    const auto text = [&](std::string_view name, auto& target) {
      if (key == name) target = std::string(value.as_string()), ++used;
    };
    number("vocab_size", options.vocab_size);
    number("min_frequency", options.min_frequency);
    number("limit_alphabet", options.limit_alphabet);
    number("max_token_length", options.max_token_length);
    text("unk_token", options.unk_token);
    text("initial_alphabet", options.initial_alphabet);
    text("continuing_subword_prefix", options.continuing_subword_prefix);
    text("end_of_word_suffix", options.end_of_word_suffix);
    if (key == "special_tokens") {
      options.special_tokens.emplace();
      for (const Json& token : value.elements()) options.special_tokens->emplace_back(token.as_string());
      ++used;
    }
  }
  EXPECT_EQ(used, json.size()) << "an option that this test does not know";
  return options;
}

std::string train(TokenizerTrainerOptions options, const std::vector<std::string>& corpus, int threads) {
  options.threads = threads;
  TokenizerTrainer trainer(std::move(options));
  trainer.add(std::vector<std::string_view>(corpus.begin(), corpus.end()));
  return trainer.train().json;
}

/// Tokens by id and merges as ids of a tokenizer.json, in the form of cases.jsonl.
std::pair<std::vector<std::string>, std::vector<std::pair<std::int64_t, std::int64_t>>> model_of(const Json& model) {
  std::map<std::string, std::int64_t, std::less<>> ids;
  std::vector<std::string> tokens;
  for (const auto& [token, id] : model.at("vocab").members()) {
    ids.emplace(token, id.as_int());
    tokens.resize(std::max(tokens.size(), static_cast<std::size_t>(id.as_int()) + 1), "(hole)");
    tokens[static_cast<std::size_t>(id.as_int())] = token;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> merges;
  if (const auto list = model.find("merges")) {
    for (const Json& merge : list->elements())
      merges.emplace_back(ids.at(std::string(merge.elements()[0].as_string())),
                          ids.at(std::string(merge.elements()[1].as_string())));
  }
  return {tokens, merges};
}

std::vector<std::int32_t> numbers(const Json& array) {
  std::vector<std::int32_t> out;
  for (const Json& element : array.elements()) out.push_back(static_cast<std::int32_t>(element.as_int()));
  return out;
}

TEST(TokenizerTrainReference, TokensIdsAndMergesAreThoseOfTheReferenceForAnyNumberOfThreads) {
  const JsonDocument texts = JsonDocument::load(kFolder / "texts.json");
  const test::TemporaryFolder folder;
  std::set<std::string> types;
  for (const std::string& line : lines_of(read(kFolder / "cases.jsonl"))) {
    const JsonDocument document = JsonDocument::parse(line, "cases.jsonl");
    const Json row = document.root();
    const std::string name(row.at("name").as_string());
    SCOPED_TRACE(name);
    types.emplace(row.at("type").as_string());
    const std::vector<std::string> corpus =
        lines_of(read(kFolder / (std::string(row.at("corpus").as_string()) + ".txt")));
    const std::string json = train(options_of(row), corpus, 1);
    for (const int threads : {2, 3}) EXPECT_EQ(train(options_of(row), corpus, threads), json) << threads << " threads";

    const JsonDocument trained = JsonDocument::parse(json, "tokenizer.json");
    const auto [tokens, merges] = model_of(trained.root().at("model"));
    std::vector<std::string> expected_tokens;
    for (const Json& token : row.at("vocab").elements())
      expected_tokens.emplace_back(token.is_null() ? "(hole)" : token.as_string());
    EXPECT_EQ(tokens, expected_tokens);
    std::vector<std::pair<std::int64_t, std::int64_t>> expected_merges;
    for (const Json& merge : row.at("merges").elements())
      expected_merges.emplace_back(merge.elements()[0].as_int(), merge.elements()[1].as_int());
    EXPECT_EQ(merges, expected_merges);

    // What was written can be read, and tokenizes as the reference does.
    const Tokenizer tokenizer = Tokenizer::load(folder.write(name + "/tokenizer.json", json));
    for (std::size_t i = 0; i < texts.root().size(); ++i) {
      const std::string_view text = texts.root().elements()[i].as_string();
      EXPECT_EQ(tokenizer.encode(text, {.add_special_tokens = false}).ids, numbers(row.at("ids").elements()[i]))
          << text;
    }
  }
  EXPECT_EQ(types, (std::set<std::string>{"bpe", "wordlevel", "wordpiece"}));
}

}  // namespace
}  // namespace sememe
