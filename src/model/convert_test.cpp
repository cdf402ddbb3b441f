#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "io/bundle.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "sememe/encoder.h"
#include "sememe/error.h"
#include "sememe/similarity.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

const fs::path kModel = SEMEME_SOURCE_DIR "/tests/golden/megatron-bert";
const std::string kTexts[] = {"the cat sat", "queen", ""};

void expect_same_vectors(const Matrix& a, const Matrix& b) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.cols(), b.cols());
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t k = 0; k < a.cols(); ++k)
      EXPECT_EQ(a.row(i)[static_cast<std::size_t>(k)], b.row(i)[static_cast<std::size_t>(k)]);
}

TEST(Convert, ToOneFileAndBackLosesNothing) {
  const test::TemporaryFolder folder;
  const fs::path bundle = folder.path() / "m.sememe", back = folder.path() / "back", again = folder.path() / "n.sememe";
  convert_model(kModel.string(), bundle);
  convert_model(bundle.string(), back);
  convert_model(back.string(), again);
  for (const std::string& name : files_below(back))
    EXPECT_EQ(read_file(back / name, 1 << 30), read_file(kModel / name, 1 << 30)) << name;
  EXPECT_EQ(files_below(back), files_below(bundle));
  EXPECT_TRUE(fs::exists(back / "model.safetensors"));
  EXPECT_EQ(read_file(bundle, 1 << 30), read_file(again, 1 << 30));

  const Encoder plain = Encoder::load(kModel.string()), whole = Encoder::load(bundle.string());
  expect_same_vectors(whole.encode(kTexts), plain.encode(kTexts));
  EXPECT_EQ(whole.digest(), plain.digest());
  for (const VerifyCheck& check : verify_model(bundle.string()))
    EXPECT_TRUE(check.passed) << check.name << check.detail;
}

TEST(Convert, WeightsAreStoredInFewerBytes) {
  const test::TemporaryFolder folder;
  const ComputeType exact = ComputeType::kFloat32;
  const Matrix want = Encoder::load(kModel.string(), {.compute = exact}).encode(kTexts);
  struct Case {
    WeightType type;
    const char* dtype;
    double least;
  };
  std::int64_t last = 1 << 30;
  for (const Case& c : {Case{WeightType::kFloat32, "F32", 1 - 1e-6}, Case{WeightType::kBfloat16, "BF16", 0.9999},
                        Case{WeightType::kInt8, "I8", 0.999}}) {
    const fs::path out = folder.path() / (std::string(c.dtype) + ".sememe");
    convert_model(kModel.string(), out, c.type);
    const Encoder encoder = Encoder::load(out.string(), {.compute = exact});
    EXPECT_EQ(encoder.info().weight_dtype, c.dtype);
    EXPECT_LT(encoder.info().weight_bytes, last);
    last = encoder.info().weight_bytes;
    const Matrix got = encoder.encode(kTexts);
    for (std::int64_t i = 0; i < got.rows(); ++i) {
      EXPECT_GT(cosine_similarity(got.row(i), want.row(i)), c.least) << c.dtype;
      if (c.type == WeightType::kFloat32) {
        EXPECT_EQ(std::memcmp(got.row(i).data(), want.row(i).data(), got.row(i).size_bytes()), 0) << i;
      }
    }
  }
  // A folder of bytes gives the vectors of its own weights widened to float32, by every arithmetic.
  convert_model((folder.path() / "I8.sememe").string(), folder.path() / "wide", WeightType::kFloat32);
  for (const ComputeType compute : {ComputeType::kFloat32, ComputeType::kBfloat16, ComputeType::kInt8})
    expect_same_vectors(Encoder::load((folder.path() / "wide").string(), {.compute = compute}).encode(kTexts),
                        Encoder::load((folder.path() / "I8.sememe").string(), {.compute = compute}).encode(kTexts));
}

TEST(Convert, StaticModelsKeepWhatTheyHaveBesideTheTable) {
  const test::TemporaryFolder folder;
  const fs::path model = folder.path() / "model";
  fs::create_directory(model);
  std::ofstream(model / "config.json") << R"({"model_type": "model2vec", "normalize": false})";
  std::ofstream(model / "tokenizer.json") << R"({"version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
    "decoder": null, "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "b": 2}, "unk_token": "[UNK]"}})";
  const std::string texts[] = {"a", "b", "a b"};
  const auto check = [&](const TensorToWrite& table, std::span<const float> want) {
    const std::vector<std::int64_t> mapping = {0, 0, 1};
    write_safetensors(model / "model.safetensors",
                      {table, {"mapping", DType::kI64, {3}, std::as_bytes(std::span(mapping))}}, {});
    for (const WeightType type : {WeightType::kFloat32, WeightType::kInt8}) {
      const fs::path out = folder.path() / "out.sememe";
      convert_model(model.string(), out, type);
      const Matrix got = Encoder::load(out.string()).encode(texts);
      for (std::int64_t i = 0; i < 6; ++i) EXPECT_NEAR(got.data()[i], want[static_cast<std::size_t>(i)], 0.02);
    }
  };
  const std::vector<float> table = {0.5F, -2, 3, 0.25F}, of_floats = {0.5F, -2, 3, 0.25F, 1.75F, -0.875F};
  check({"embeddings", DType::kF32, {2, 2}, std::as_bytes(std::span(table))}, of_floats);
  const std::vector<std::int8_t> bytes = {5, -2, 3, 100};
  const std::vector<float> of_bytes = {5, -2, 3, 100, 4, 49};
  check({"embeddings", DType::kI8, {2, 2}, std::as_bytes(std::span(bytes))}, of_bytes);
}

TEST(Convert, FilesOfOtherProgramsAreLeftOut) {
  const test::TemporaryFolder folder;
  const fs::path model = folder.path() / "model";
  convert_model(kModel.string(), model);
  fs::create_directory(model / "onnx");
  for (const char* name : {"pytorch_model.bin", "onnx/model.json", "train_script.py", "NOTES"})
    std::ofstream(model / name) << "x";
  convert_model(model.string(), folder.path() / "m.sememe");
  std::vector<std::string> want = files_below(kModel);
  want.push_back("NOTES");
  std::sort(want.begin(), want.end());
  EXPECT_EQ(files_below(folder.path() / "m.sememe"), want);
}

TEST(Convert, GoldenVectorsAreThoseOfTheWeightsThatAreWritten) {
  const test::TemporaryFolder folder;
  const fs::path model = folder.path() / "model";
  convert_model(kModel.string(), model);
  std::ofstream(model / "golden.jsonl") << "{\"text\":\"queen\",\"embedding\":[1]}\n";
  convert_model(model.string(), folder.path() / "small.sememe", WeightType::kInt8);
  const auto checks = verify_model((folder.path() / "small.sememe").string());
  EXPECT_EQ(checks.back().name, "golden vectors");
  for (const VerifyCheck& check : checks) EXPECT_TRUE(check.passed) << check.name << check.detail;
}

TEST(Convert, RefusesWhatItCannotDo) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "full");
  std::ofstream(folder.path() / "full" / "x") << "x";
  const auto error = [&](const fs::path& out) {
    return test::error_of<Error>([&] { convert_model(kModel.string(), out); });
  };
  EXPECT_NE(error(folder.path() / "full").find("is there already"), std::string::npos);
  EXPECT_NE(error(folder.path() / "full" / "x").find("is there already"), std::string::npos);
  EXPECT_NE(error(folder.path() / "none" / "m.sememe").find("none"), std::string::npos);
  EXPECT_NE(test::error_of<Error>([&] { convert_model("no/model", folder.path() / "m.sememe"); }).find("no such"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(folder.path() / "m.sememe"));
}

TEST(Convert, DamagedScalesAreFound) {
  const test::TemporaryFolder folder;
  const fs::path bundle = folder.path() / "m.sememe";
  convert_model(kModel.string(), bundle, WeightType::kInt8);
  std::string bytes = read_file(bundle, 1 << 30);
  const TensorStore store = TensorStore::open(bundle / "model.safetensors");
  const Tensor* const words = store.find("bert.embeddings.word_embeddings.weight");
  const Tensor& table = words != nullptr ? *words : *store.find("embeddings.word_embeddings.weight");
  ASSERT_FALSE(table.scales.empty());
  const float nan = NAN;
  const std::string first(reinterpret_cast<const char*>(table.scales.data()), 4 * sizeof(float));
  const std::size_t at = bytes.find(first);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, sizeof(float), std::string(reinterpret_cast<const char*>(&nan), sizeof(float)));
  const fs::path damaged = folder.path() / "d.sememe";
  std::ofstream(damaged, std::ios::binary) << bytes;
  EXPECT_NE(test::error_of<Error>([&] { Encoder::load(damaged.string()); }).find("NaN"), std::string::npos);
}

}  // namespace
}  // namespace sememe
