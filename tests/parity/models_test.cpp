// Tiny random models of every layout against sentence-transformers and transformers (docs/numerics.md).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/npz.h"
#include "parity/compare.h"
#include "sememe/encoder.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

constexpr double kTolerance = 2e-5;  // of max(1, largest value)

std::vector<std::string> bert_fixtures() {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(test::shared_data("golden/models"), absent))
    if (const std::string name = entry.path().filename(); name.starts_with("bert-") || name == "plain-bert-prefix")
      names.push_back(name);
  std::sort(names.begin(), names.end());
  if (names.empty()) names.emplace_back("absent");
  return names;
}

class TinyBert : public testing::TestWithParam<std::string> {};

void expect_rows(const Matrix& got, const NpyArray& want, const std::string& what) {
  ASSERT_EQ(want.shape, (std::vector<std::int64_t>{got.rows(), got.cols()})) << what;
  const auto values = want.as<float>();
  const double scale = std::max(1.0, test::largest(values));
  for (std::int64_t i = 0; i < got.rows(); ++i)
    test::expect_close(got.row(i),
                       values.subspan(static_cast<std::size_t>(i * got.cols()), static_cast<std::size_t>(got.cols())),
                       kTolerance * scale, what + ", text " + std::to_string(i));
}

TEST_P(TinyBert, GivesTheReferenceVectors) {
  const auto folder = test::shared_data("golden/models/" + GetParam());
  SEMEME_SKIP_WITHOUT(folder);
  const JsonDocument document = JsonDocument::load(folder / "cases.json");
  const Json cases = document.root();
  const NpzReader want(folder / "expected.npz");
  EncoderOptions options{.compute = ComputeType::kFloat32};
  if (GetParam().starts_with("plain-")) options.pooling = "mean";
  const Encoder encoder = Encoder::load(folder.string(), options);

  std::vector<std::string> texts;
  std::vector<std::vector<std::int32_t>> ids;
  for (const Json& c : cases.at("cases").elements()) {
    texts.emplace_back(c.at("text").as_string());
    ids.emplace_back();
    for (const Json& id : c.at("ids").elements()) ids.back().push_back(static_cast<std::int32_t>(id.as_int()));
  }
  expect_rows(encoder.encode(texts), want.read("embeddings"), "embeddings");
  EXPECT_EQ(encoder.info().max_tokens, cases.at("max_seq_length").as_int());

  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const TokenEmbeddings tokens = encoder.encode_tokens(views);
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(
        std::vector<std::int32_t>(tokens.ids.begin() + tokens.offsets[i], tokens.ids.begin() + tokens.offsets[i + 1]),
        ids[i])
        << "ids of text " << i;

  int compared = 0;
  for (const std::string& name : want.names()) {
    if (name.starts_with("tok_")) {
      const NpyArray state = want.read(name);
      const auto i = static_cast<std::size_t>(std::stoi(name.substr(4)));
      const auto first = static_cast<std::size_t>(tokens.offsets[i] * tokens.vectors.cols());
      const auto all =
          std::span(tokens.vectors.data(), static_cast<std::size_t>(tokens.vectors.rows() * tokens.vectors.cols()));
      test::expect_close(all.subspan(first, state.as<float>().size()), state.as<float>(),
                         kTolerance * std::max(1.0, test::largest(state.as<float>())), name);
      ++compared;
    } else if (name.starts_with("prompt_")) {
      const std::vector<std::string> six(texts.begin(), texts.begin() + 6);
      expect_rows(encoder.encode(six, {.prompt_name = name.substr(7)}), want.read(name), name);
      ++compared;
    }
  }
  EXPECT_GE(compared, 3) << "the fixture holds token vectors";
}

INSTANTIATE_TEST_SUITE_P(Golden, TinyBert, testing::ValuesIn(bert_fixtures()), [](const auto& suite) {
  std::string name = suite.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '_'; }, 'X');
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TinyBert);

std::vector<std::string> case_texts(const std::filesystem::path& folder) {
  std::vector<std::string> texts;
  const JsonDocument document = JsonDocument::load(folder / "cases.json");
  for (const Json& c : document.root().at("cases").elements()) texts.emplace_back(c.at("text").as_string());
  return texts;
}

TEST(StaticModels, GiveTheVectorsOfSentenceTransformers) {
  for (const char* name : {"static-embedding", "static-embedding-hub", "model2vec"}) {
    const auto folder = test::shared_data(std::string("golden/models/") + name);
    SEMEME_SKIP_WITHOUT(folder);
    const std::vector<std::string> texts = case_texts(folder);
    const Encoder encoder = Encoder::load(folder.string());
    std::vector<TextStats> stats;
    expect_rows(encoder.encode(texts, {}, &stats), NpzReader(folder / "expected.npz").read("embeddings"), name);
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const JsonDocument document = JsonDocument::load(folder / "cases.json");
    const TokenEmbeddings tokens = encoder.encode_tokens(views);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto want = document.root().at("cases").elements()[i].at("ids").elements();
      ASSERT_EQ(tokens.offsets[i + 1] - tokens.offsets[i], std::ssize(want)) << name << ", text " << i;
      EXPECT_EQ(stats[i].tokens_used, std::ssize(want));
      for (std::size_t k = 0; k < want.size(); ++k)
        EXPECT_EQ(tokens.ids[static_cast<std::size_t>(tokens.offsets[i]) + k], want[k].as_int());
    }
  }
}

TEST(StaticModels, WithoutModulesUnknownTokensAreLeftOutAsModel2vecDoes) {
  const auto folder = test::shared_data("golden/models/model2vec");
  SEMEME_SKIP_WITHOUT(folder);
  const test::TemporaryFolder bare;
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.json"})
    std::filesystem::copy_file(folder / file, bare.path() / file);
  const Encoder encoder = Encoder::load(bare.path().string());
  expect_rows(encoder.encode(case_texts(folder)), NpzReader(folder / "expected.npz").read("embeddings_model2vec"),
              "embeddings_model2vec");
}

TEST(StaticModels, EveryStorageOfModel2vecGivesItsVectors) {
  const auto folder = test::shared_data("models/model2vec-fixtures");
  SEMEME_SKIP_WITHOUT(folder);
  std::string long_text = "hello";
  for (int i = 1; i < 1000; ++i) long_text += " hello";
  const auto check = [&](const char* model, const std::string& text, const char* expected, double bound) {
    const Encoder encoder = Encoder::load((folder / model).string());
    const std::string_view view = text;
    const Matrix got = encoder.encode(std::span(&view, 1));
    const JsonDocument document = JsonDocument::load(folder / expected);
    const auto want = document.root().elements().at(0).elements();
    ASSERT_EQ(std::ssize(want), got.cols()) << model;
    for (std::size_t k = 0; k < want.size(); ++k)
      EXPECT_LE(std::abs(got.row(0)[k] - want[k].as_number()), bound) << model << ", " << k;
  };
  for (const char* model : {"test-model-float32", "test-model-sentence-transformers"}) {
    check(model, "hello world", "embeddings_short.json", 1e-5);
    check(model, long_text, "embeddings_long.json", 1e-5);
  }
  // Half precision and bytes, whose reference is the float32 model: 2^-11 and 1/127 of the largest value.
  check("test-model-float16", "hello world", "embeddings_short.json", 1e-3);
  check("test-model-int8", "hello world", "embeddings_short.json", 2e-2);
  check("test-model-vocab-quantized", long_text, "embeddings_vocab_quantized.json", 1e-5);
}

// tests/golden/make_megatron_bert.py made the model and these values.
TEST(PreNorm, GivesTheReferenceVectors) {
  const std::filesystem::path folder = SEMEME_SOURCE_DIR "/tests/golden/megatron-bert";
  const JsonDocument document = JsonDocument::load(folder / "expected.json");
  const Json want = document.root();
  const Encoder encoder = Encoder::load(folder.string(), {.compute = ComputeType::kFloat32});
  std::vector<std::string> texts;
  for (const Json& text : want.at("texts").elements()) texts.emplace_back(text.as_string());
  const auto floats = [](const Json& row) {
    std::vector<float> values;
    for (const Json& x : row.elements()) values.push_back(static_cast<float>(x.as_number()));
    return values;
  };
  const Matrix got = encoder.encode(texts);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const TokenEmbeddings tokens = encoder.encode_tokens(views);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<float> row = floats(want.at("embeddings").elements()[i]);
    test::expect_close(got.row(static_cast<std::int64_t>(i)), row, kTolerance * std::max(1.0, test::largest(row)),
                       texts[i]);
    std::vector<std::int32_t> ids;
    for (const Json& id : want.at("ids").elements()[i].elements())
      ids.push_back(static_cast<std::int32_t>(id.as_int()));
    EXPECT_EQ(
        std::vector<std::int32_t>(tokens.ids.begin() + tokens.offsets[i], tokens.ids.begin() + tokens.offsets[i + 1]),
        ids);
  }
  const std::vector<Json> rows = want.at("tokens_2").elements();
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const std::vector<float> row = floats(rows[t]);
    test::expect_close(tokens.vectors.row(tokens.offsets[2] + static_cast<std::int64_t>(t)), row,
                       kTolerance * std::max(1.0, test::largest(row)), "token vector " + std::to_string(t));
  }
}

}  // namespace
}  // namespace sememe
