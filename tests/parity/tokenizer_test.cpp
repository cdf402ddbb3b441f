// Ids, offsets, types, special tokens and decoded text of whole tokenizers, against Hugging Face tokenizers 0.23 and
// the expectations of other projects (../shared/data/golden/README.md).
#include "sememe/tokenizer.h"

#include <gtest/gtest.h>

#include <optional>

#include "io/json.h"
#include "parity/golden_lines.h"
#include "sememe/error.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::character_offsets;
using test::read_lines;
using test::shared_data;

std::vector<int> ints(const Json& json) {
  std::vector<int> out;
  for (const Json& element : json.elements()) out.push_back(static_cast<int>(element.as_int()));
  return out;
}

template <class Values>
std::vector<int> ints(const Values& values) {
  return {values.begin(), values.end()};
}

/// tokenizer.json of a local tokenizer, or its vocab.txt, which needs to be told about case.
Tokenizer load_local(const std::string& name) {
  const fs::path folder = shared_data("tokenizers/" + name);
  if (fs::exists(folder / "tokenizer.json")) return Tokenizer::load(folder);
  return Tokenizer::load(folder / "vocab.txt", {.lowercase = name.find("-cased") == std::string::npos});
}

class GoldenTokenizer : public testing::TestWithParam<const char*> {
 protected:
  static fs::path file() { return shared_data(std::string("golden/tokenizers/") + GetParam() + ".jsonl.gz"); }
  void SetUp() override {
    SEMEME_SKIP_WITHOUT(file());
    const JsonDocument document = JsonDocument::load(shared_data("golden/tokenizers/texts.json"));
    for (const Json& text : document.root().elements()) texts_.emplace_back(text.as_string());
    tokenizer_.emplace(load_local(GetParam()));
  }
  const std::string& text(const Json& row, const char* key) const {
    return texts_.at(static_cast<std::size_t>(row.at(key).as_int()));
  }

  std::vector<std::string> texts_;
  std::optional<Tokenizer> tokenizer_;
};

void expect_plain(const Tokenizer& tokenizer, const std::string& text, const Json& row) {
  const Encoding encoding = tokenizer.encode(text);
  EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
  EXPECT_EQ(character_offsets(text, encoding.offsets), ints(row.at("off")));
  std::vector<int> special;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    EXPECT_EQ(encoding.run(i).type_id, row.at("type").as_int());
    if (encoding.run(i).special) special.push_back(static_cast<int>(i));
  }
  EXPECT_EQ(special, ints(row.at("special")));
  EXPECT_EQ(tokenizer.decode(encoding.ids), row.at("dec").as_string());
  EXPECT_EQ(tokenizer.decode(encoding.ids, false), row.at("dec_all").as_string());
  std::vector<std::int32_t> ids;
  EXPECT_EQ(tokenizer.encode_ids(text, ids), static_cast<std::int64_t>(encoding.tokens_total));
  EXPECT_EQ(ids, encoding.ids);
}

Truncation read_truncation(const Json& row) {
  Truncation out;
  out.max_length = row.at("max_length").as_int();
  out.stride = row.at("stride").as_int();
  out.direction = row.at("direction").as_string() == "left" ? Direction::kLeft : Direction::kRight;
  const std::string_view strategy = row.at("strategy").as_string();
  out.strategy = strategy == "only_first"    ? TruncationStrategy::kOnlyFirst
                 : strategy == "only_second" ? TruncationStrategy::kOnlySecond
                                             : TruncationStrategy::kLongestFirst;
  return out;
}

void expect_truncated(const Tokenizer& tokenizer, const std::string& a, const std::string* b, const Json& row) {
  const TokenizeOptions options{.truncation = read_truncation(row), .keep_overflow = true};
  const auto encode = [&] {
    return b != nullptr ? tokenizer.encode_pair(a, *b, options) : tokenizer.encode(a, options);
  };
  if (row.find("error")) {
    // Where the reference gives up, an error or what was asked for.
    try {
      EXPECT_LE(static_cast<std::int64_t>(encode().size()), row.at("max_length").as_int());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    }
    return;
  }
  const Encoding encoding = encode();
  EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
  std::vector<std::vector<int>> got, expected;
  for (const Encoding& piece : encoding.overflowing) got.push_back(ints(piece.ids));
  for (const Json& piece : row.at("overflow").elements()) expected.push_back(ints(piece));
  EXPECT_EQ(got, expected);
  if (b == nullptr) {
    std::vector<std::int32_t> ids;
    tokenizer.encode_ids(a, ids, options);
    EXPECT_EQ(ids, encoding.ids);
  }
}

TEST_P(GoldenTokenizer, EveryRecordEqualsTheReference) {
  int plain = 0, variants = 0;
  for (const std::string& line : read_lines(file())) {
    const JsonDocument document = JsonDocument::parse(line, "golden");
    const Json row = document.root();
    SCOPED_TRACE(line.substr(0, 200));
    const std::string variant = row.get_string("variant", "");
    ++(variant.empty() ? plain : variants);
    if (variant.empty()) {
      expect_plain(*tokenizer_, text(row, "i"), row);
    } else if (variant == "pair") {
      const std::string &a = text(row, "a"), &b = text(row, "b");
      const Encoding encoding = tokenizer_->encode_pair(a, b);
      EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
      EXPECT_EQ(ints(encoding.type_ids()), ints(row.at("type")));
      std::vector<int> offsets;
      for (std::size_t i = 0; i < encoding.size(); ++i) {
        const std::vector<int> one = character_offsets(encoding.run(i).sequence_id == 1 ? b : a, {encoding.offsets[i]});
        offsets.insert(offsets.end(), one.begin(), one.end());
      }
      EXPECT_EQ(offsets, ints(row.at("off")));
    } else if (variant == "no_special") {
      EXPECT_EQ(ints(tokenizer_->encode(text(row, "a"), {.add_special_tokens = false}).ids), ints(row.at("ids")));
    } else if (variant == "truncate") {
      expect_truncated(*tokenizer_, text(row, "a"), row.find("b") ? &text(row, "b") : nullptr, row);
    } else {
      ASSERT_EQ(variant, "pad");
      std::vector<std::string_view> batch;
      for (const int which : ints(row.at("a"))) batch.emplace_back(texts_.at(static_cast<std::size_t>(which)));
      Padding padding{.multiple_of = std::max<std::int64_t>(row.get_int("multiple", 1), 1)};
      if (row.get_string("direction", "right") == "left") padding.direction = Direction::kLeft;
      const std::vector<Encoding> encodings = tokenizer_->encode_batch(batch, {.padding = padding});
      const std::vector<Json> ids = row.at("ids").elements(), mask = row.at("mask").elements();
      ASSERT_EQ(encodings.size(), ids.size());
      for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ(ints(encodings[i].ids), ints(ids[i]));
        EXPECT_EQ(ints(encodings[i].attention()), ints(mask[i]));
      }
    }
    if (HasFailure()) break;
  }
  EXPECT_EQ(plain, 1400);
  EXPECT_EQ(variants, 362);
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, GoldenTokenizer,
                         testing::Values("all-MiniLM-L6-v2", "bert-base-cased", "bert-base-chinese",
                                         "bert-base-multilingual-cased", "bert-base-uncased", "clip", "falcon", "gpt2",
                                         "gte-small", "llama2", "phi-2", "phi-3-mini", "roberta-base", "t5-small",
                                         "whisper-tiny"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(TokenizerGolden, WordPieceComponentsEqualTheReference) {
  const fs::path folder = shared_data("golden/tokenizers/components");
  SEMEME_SKIP_WITHOUT(folder);
  int files = 0;
  for (const char* name : {"wordpiece-default", "wordpiece-prefix", "wordpiece-short"}) {
    const Tokenizer tokenizer = Tokenizer::load(folder / (std::string(name) + ".json"));
    for (const std::string& line : read_lines(folder / (std::string(name) + ".expected.jsonl.gz"))) {
      SCOPED_TRACE(name + line);
      const JsonDocument document = JsonDocument::parse(line, "golden");
      const Json row = document.root();
      const std::string text(row.at("text").as_string());
      const Encoding encoding = tokenizer.encode(text, {.keep_tokens = true});
      EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
      EXPECT_EQ(character_offsets(text, encoding.offsets), ints(row.at("off")));
      EXPECT_EQ(ints(encoding.type_ids()), ints(row.at("type")));
      EXPECT_EQ(ints(encoding.special()), ints(row.at("special")));
      std::vector<std::string> tokens;
      for (const Json& token : row.at("tokens").elements()) tokens.emplace_back(token.as_string());
      EXPECT_EQ(encoding.tokens, tokens);
      std::vector<int> words;
      for (const Json& word : row.at("word_ids").elements()) {
        words.push_back(word.is_null() ? -1 : static_cast<int>(word.as_int()));
      }
      EXPECT_EQ(ints(encoding.word_ids), words);
      EXPECT_EQ(tokenizer.decode(encoding.ids), row.at("dec").as_string());
      EXPECT_EQ(tokenizer.decode(encoding.ids, false), row.at("dec_all").as_string());
    }
    ++files;
  }
  EXPECT_EQ(files, 3);
}

TEST(TokenizerGolden, IdsOfTheRealModelEqualTheReference) {
  int rows = 0;
  for (const char* name : {"minilm", "minilm-extra"}) {
    const fs::path file = shared_data(std::string("golden/") + name + "/texts.jsonl");
    SEMEME_SKIP_WITHOUT(file);
    const Tokenizer tokenizer = Tokenizer::load(shared_data("tokenizers/all-MiniLM-L6-v2"));
    for (const std::string& line : read_lines(file)) {
      const JsonDocument document = JsonDocument::parse(line, "golden");
      const Json row = document.root();
      std::vector<std::int32_t> ids;
      const std::int64_t total =
          tokenizer.encode_ids(row.at("text").as_string(), ids, {.truncation = Truncation{.max_length = 256}});
      EXPECT_EQ(ints(ids), ints(row.at("ids"))) << line.substr(0, 200);
      EXPECT_EQ(total, row.at("tokens_total").as_int());
      ++rows;
    }
  }
  EXPECT_EQ(rows, 266);
}

TEST(TokenizerGolden, IdsOfTinyModelsEqualTheReference) {
  const fs::path models = shared_data("golden/models");
  SEMEME_SKIP_WITHOUT(models);
  int folders = 0;
  for (const auto& entry : fs::directory_iterator(models)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("bert-", 0) != 0 && name != "plain-bert-prefix") continue;
    const Tokenizer tokenizer = Tokenizer::load(entry.path());
    const JsonDocument document = JsonDocument::load(entry.path() / "cases.json");
    const Json root = document.root();
    std::string prompt;
    if (const auto key = root.find("default_prompt_name")) prompt = root.at("prompts").at(key->as_string()).as_string();
    for (const Json& row : root.at("cases").elements()) {
      std::vector<std::int32_t> ids;
      tokenizer.encode_ids(prompt + std::string(row.at("text").as_string()), ids,
                           {.truncation = Truncation{.max_length = root.at("max_seq_length").as_int()}});
      EXPECT_EQ(ints(ids), ints(row.at("ids"))) << name;
    }
    ++folders;
  }
  EXPECT_GE(folders, 20);
}

TEST(TokenizerExpected, TransformersJsCasesOfLocalVocabularies) {
  const fs::path file = shared_data("tokenizers/expected/transformers.js.json");
  SEMEME_SKIP_WITHOUT(file);
  // Repositories of that file that have the vocabulary of a local tokenizer.
  constexpr std::pair<const char*, const char*> kSame[] = {
      {"Xenova/bert-base-uncased", "bert-base-uncased"},
      {"Xenova/bert-base-cased", "bert-base-cased"},
      {"google-bert/bert-base-cased", "bert-base-cased"},
      {"Xenova/bert-base-multilingual-cased-ner-hrl", "bert-base-multilingual-cased"},
      {"Xenova/distilbert-base-uncased-finetuned-sst-2-english", "bert-base-uncased"},
      {"Xenova/distilbert-base-cased-distilled-squad", "bert-base-cased"},
      {"distilbert/distilbert-base-multilingual-cased", "bert-base-multilingual-cased"},
      {"Xenova/distiluse-base-multilingual-cased-v2", "bert-base-multilingual-cased"},
  };
  const JsonDocument document = JsonDocument::load(file);
  int cases = 0;
  for (const auto& [repository, local] : kSame) {
    const Tokenizer tokenizer = load_local(local);
    for (const auto& [name, row] : document.root().at(repository).at("cases").members()) {
      SCOPED_TRACE(std::string(repository) + " " + std::string(name));
      const std::string_view text = row.at("text").as_string();
      const auto pair = row.find("text_pair");
      const Encoding encoding = pair ? tokenizer.encode_pair(text, pair->as_string()) : tokenizer.encode(text);
      EXPECT_EQ(ints(encoding.ids), ints(row.at("ids")));
      ++cases;
    }
  }
  EXPECT_GE(cases, 50);
}

TEST(TokenizerExpected, SwiftTransformersQuestions) {
  const fs::path file = shared_data("tokenizers/expected/swift-transformers/question_tokens_shared.json");
  SEMEME_SKIP_WITHOUT(file);
  const Tokenizer tokenizer = load_local("bert-base-uncased");
  const JsonDocument document = JsonDocument::load(file);
  for (const Json& row : document.root().elements()) {
    const Encoding encoding =
        tokenizer.encode(row.at("original").as_string(), {.add_special_tokens = false, .keep_tokens = true});
    std::vector<std::string> expected;
    for (const Json& token : row.at("wordpiece").elements()) expected.emplace_back(token.as_string());
    ASSERT_EQ(encoding.tokens, expected) << row.at("original").as_string();
  }
}

TEST(TokenizerExpected, LlamaCppCases) {
  const fs::path folder = shared_data("tokenizers/expected/llama.cpp");
  SEMEME_SKIP_WITHOUT(folder);
  const Tokenizer tokenizer = load_local("bert-base-uncased");
  const std::vector<std::string> inputs =
      test::split(test::read_text(folder / "bert-bge.inp"), "\n__ggml_vocab_test__\n");
  const std::vector<std::string> outputs = test::split(test::read_text(folder / "bert-bge.out"), "\n");
  ASSERT_EQ(inputs.size(), outputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::string ids;
    for (const std::int32_t id : tokenizer.encode(inputs[i], {.add_special_tokens = false}).ids) {
      ids.append(" ").append(std::to_string(id));
    }
    EXPECT_EQ(ids, outputs[i]) << inputs[i];
  }
}

}  // namespace
}  // namespace sememe
