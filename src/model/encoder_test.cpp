#include "sememe/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

constexpr const char* kModel = SEMEME_SOURCE_DIR "/tests/golden/megatron-bert";

double norm(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return std::sqrt(sum);
}

/// A copy of the test model that may be changed.
class ChangedModel : public test::TemporaryFolder {
 public:
  ChangedModel() {
    std::filesystem::copy(kModel, path(),
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  }
};

template <class Action>
void expect_error(Action action, std::string_view code, std::string_view say) {
  const std::string e = test::error_of<Error>(action);
  EXPECT_TRUE(e.starts_with(code)) << e;
  EXPECT_NE(e.find(say), std::string::npos) << e;
  EXPECT_EQ(e.find('\n'), std::string::npos) << e;
}

TEST(Encoder, NoTextsGiveNoRows) {
  const Encoder encoder = Encoder::load(kModel);
  const Matrix none = encoder.encode(std::span<const std::string>{});
  EXPECT_EQ(none.rows(), 0);
  EXPECT_EQ(none.cols(), 20);
}

TEST(Encoder, NormalizeAndDimensionsActOnTheRow) {
  const Encoder encoder = Encoder::load(kModel);
  const std::string texts[] = {"the cat sat", "queen"};
  const Matrix plain = encoder.encode(texts), scaled = encoder.encode(texts, {.normalize = true}),
               cut = encoder.encode(texts, {.dimensions = 8}),
               cut_plain = encoder.encode(texts, {.normalize = false, .dimensions = 8});
  ASSERT_EQ(cut.cols(), 8);
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_GT(std::abs(norm(plain.row(i)) - 1), 0.01);
    EXPECT_NEAR(norm(scaled.row(i)), 1, 1e-6);
    EXPECT_NEAR(norm(cut.row(i)), 1, 1e-6);
    for (std::size_t k = 0; k < 20; ++k) EXPECT_NEAR(scaled.row(i)[k] * norm(plain.row(i)), plain.row(i)[k], 1e-5);
    for (std::size_t k = 0; k < 8; ++k) {
      EXPECT_EQ(cut_plain.row(i)[k], plain.row(i)[k]);
      EXPECT_NEAR(cut.row(i)[k] * norm(cut_plain.row(i)), plain.row(i)[k], 1e-5);
    }
  }
  expect_error([&] { encoder.encode(texts, {.dimensions = 21}); }, "0: ", "expected 1 to 20, found 21");
  expect_error([&] { encoder.encode(texts, {.dimensions = -1}); }, "0: ", "dimensions");
}

TEST(Encoder, WindowsAreAveragedByTheirTokens) {
  const Encoder encoder = Encoder::load(kModel, {.max_tokens = 5});
  std::vector<TextStats> stats;
  const std::string texts[] = {"king", "the cat sat on", "mat"};
  const Matrix got = encoder.encode(texts, {.on_long = OnLong::kWindow}, &stats);
  const std::string windows[] = {"the cat sat", "on"};  // 5 and 3 tokens with the special ones
  const Matrix parts = encoder.encode(windows);
  for (std::size_t k = 0; k < 20; ++k)
    EXPECT_NEAR(got.row(1)[k], (5 * parts.row(0)[k] + 3 * parts.row(1)[k]) / 8, 1e-5);
  EXPECT_EQ(stats[1].tokens_used, stats[1].tokens);
  const std::string others[] = {"king", "mat"};
  const Matrix same = encoder.encode(others);
  EXPECT_EQ(std::memcmp(got.row(0).data(), same.row(0).data(), 20 * sizeof(float)), 0);
  EXPECT_EQ(std::memcmp(got.row(2).data(), same.row(1).data(), 20 * sizeof(float)), 0);
}

TEST(Encoder, LongTextsAreCutCountedOrRefused) {
  const Encoder encoder = Encoder::load(kModel, {.max_tokens = 5});
  std::vector<TextStats> stats;
  const std::string texts[] = {"the cat sat on the mat", "the cat sat"};
  const Matrix got = encoder.encode(texts, {}, &stats);
  EXPECT_EQ(std::memcmp(got.row(0).data(), got.row(1).data(), 20 * sizeof(float)), 0);
  EXPECT_EQ(stats[0].tokens, 8);
  EXPECT_EQ(stats[0].tokens_used, 5);
  EXPECT_FALSE(stats[1].truncated());
  expect_error([&] { encoder.encode(texts, {.on_long = OnLong::kError}); }, "0: ", "text 0: has 8 tokens");
}

TEST(Encoder, PromptsAreAppliedByNameByDefaultAndByHand) {
  ChangedModel model;
  model.write("config_sentence_transformers.json",
              R"({"prompts": {"query": "the ", "none": ""}, "default_prompt_name": "query"})");
  const Encoder with = Encoder::load(model.path().string()), without = Encoder::load(kModel);
  const std::string cat[] = {"cat"}, the_cat[] = {"the cat"};
  const Matrix prompted = without.encode(the_cat), bare = without.encode(cat);
  const auto same = [](const Matrix& a, const Matrix& b) {
    return std::memcmp(a.data(), b.data(), 20 * sizeof(float)) == 0;
  };
  EXPECT_TRUE(same(with.encode(cat), prompted));
  EXPECT_TRUE(same(with.encode(cat, {.prompt_name = "none"}), bare));
  EXPECT_TRUE(same(with.encode(cat, {.prompt = ""}), bare));
  EXPECT_TRUE(same(without.encode(cat, {.prompt = "the "}), prompted));
  expect_error([&] { with.encode(cat, {.prompt_name = "passage"}); }, "0: ", "none, query");
}

TEST(Encoder, InvalidUtf8NamesTextAndByte) {
  const Encoder encoder = Encoder::load(kModel);
  const std::string texts[] = {"cat", "a\xC3("};
  expect_error([&] { encoder.encode(texts); }, "0: ", "text 1");
}

TEST(Encoder, CallsFromManyThreadsGiveTheSameRows) {
  const Encoder encoder = Encoder::load(kModel, {.threads = 2});
  const std::string texts[] = {"the cat", "sat", "on the mat a river bank"};
  const Matrix want = encoder.encode(texts);
  std::vector<std::thread> callers;
  std::vector<int> wrong(4);
  for (std::size_t t = 0; t < 4; ++t)
    callers.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const Matrix got = encoder.encode(texts);
        wrong[t] += std::memcmp(got.data(), want.data(), 60 * sizeof(float)) != 0;
      }
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Encoder, LimitsComeFromTheFlagTheFolderOrTheTable) {
  EXPECT_EQ(Encoder::load(kModel).info().max_tokens, 32);
  EXPECT_EQ(Encoder::load(kModel).info().max_tokens_source, "max_seq_length");
  EXPECT_EQ(Encoder::load(kModel, {.max_tokens = 40}).info().max_tokens, 40);
  expect_error([] { Encoder::load(kModel, {.max_tokens = 41}); }, "0: ", "expected 3 to 40");
  expect_error([] { Encoder::load(kModel, {.max_tokens = 2}); }, "0: ", "expected 3 to 40");
  ChangedModel model;
  model.write("sentence_bert_config.json", "{}");
  EXPECT_EQ(Encoder::load(model.path().string()).info().max_tokens_source, "model_max_length");
  model.write("sentence_bert_config.json", R"({"max_seq_length": 4000})");
  EXPECT_EQ(Encoder::load(model.path().string()).info().max_tokens, 40);
  model.write("sentence_bert_config.json", R"({"max_seq_length": 2})");
  expect_error([&] { Encoder::load(model.path().string()); }, "2: ", "no room");
}

TEST(Encoder, TokenizerAndTableMustFit) {
  ChangedModel model;
  std::ofstream(model.path() / "vocab.txt", std::ios::app) << "extra\n";
  expect_error([&] { Encoder::load(model.path().string()); }, "2: ", "only 71 rows");
}

TEST(Encoder, WeightsMustBeThereWholeAndFinite) {
  ChangedModel model;
  const auto weights = model.path() / "model.safetensors";
  std::ifstream in(weights, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::string nan("\x00\x00\xc0\x7f", 4);
  std::string broken = bytes;
  broken.replace(bytes.size() - 4, 4, nan);
  model.write("model.safetensors", broken);
  expect_error([&] { Encoder::load(model.path().string()); }, "2: ", "NaN or infinity");
  model.write("config.json", [&] {
    std::ifstream config(std::filesystem::path(kModel) / "config.json");
    std::string text((std::istreambuf_iterator<char>(config)), {});
    return text.replace(text.find("\"num_hidden_layers\": 2"), 22, "\"num_hidden_layers\": 3");
  }());
  model.write("model.safetensors", bytes);
  expect_error([&] { Encoder::load(model.path().string()); },
               "2: ", "'encoder.layer.2.attention.self.query.weight' is missing");
  std::filesystem::remove(weights);
  expect_error([&] { Encoder::load(model.path().string()); }, "1: ", "model.safetensors");
  model.write("pytorch_model.bin", "PK");
  expect_error([&] { Encoder::load(model.path().string()); }, "3: ", "safe_serialization");
}

TEST(Encoder, ThreadsMustMakeSense) {
  expect_error([] { Encoder::load(kModel, {.threads = -1}); }, "0: ", "threads");
  EXPECT_EQ(Encoder::load(kModel, {.threads = 3}).info().threads, 3);
}

TEST(Verify, SoundModelPassesEveryCheck) {
  for (const auto& [compute, count] : {std::pair{ComputeType::kFloat32, 6u}, {ComputeType::kBfloat16, 7u}}) {
    const auto checks = verify_model(kModel, {.compute = compute});
    ASSERT_EQ(checks.size(), count);
    for (const VerifyCheck& c : checks) EXPECT_TRUE(c.passed) << c.name << ": " << c.detail;
    if (compute == ComputeType::kBfloat16) {
      EXPECT_NE(checks.back().detail.find("cosine to fp32"), std::string::npos);
    }
  }
}

TEST(Verify, GoldenVectorsAreCompared) {
  ChangedModel model;
  const Encoder encoder = Encoder::load(kModel, {.compute = ComputeType::kFloat32});
  const std::string cat[] = {"cat"};
  const Matrix row = encoder.encode(cat);
  const auto golden = [&](double shift) {
    std::string line = R"({"text": "cat", "embedding": [)";
    for (std::size_t i = 0; i < 20; ++i) line += (i ? "," : "") + std::to_string(row.row(0)[i] + (i == 7 ? shift : 0));
    model.write("golden.jsonl", line + "]}\n");
    return verify_model(model.path().string()).back();
  };
  EXPECT_TRUE(golden(0).passed) << golden(0).detail;
  EXPECT_FALSE(golden(1e-3).passed);
  EXPECT_NE(golden(1e-3).detail.find("component 7"), std::string::npos) << golden(1e-3).detail;
}

TEST(Verify, SaysEverythingThatIsWrongAtOnce) {
  ChangedModel model;
  std::filesystem::remove(model.path() / "vocab.txt");
  model.write("model.safetensors", "short");
  const auto checks = verify_model(model.path().string());
  ASSERT_EQ(checks.size(), 4u);
  EXPECT_TRUE(checks[1].passed);
  EXPECT_FALSE(checks[2].passed);
  EXPECT_FALSE(checks[3].passed);
}

}  // namespace
}  // namespace sememe
