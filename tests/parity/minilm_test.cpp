// all-MiniLM-L6-v2 against sentence-transformers: ids, embeddings and token vectors of 266 texts (docs/numerics.md).

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/npy.h"
#include "io/npz.h"
#include "parity/compare.h"
#include "sememe/encoder.h"
#include "sememe/similarity.h"
#include "support/sanitized.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

struct Reference {
  std::vector<std::string> texts;
  std::vector<std::vector<std::int32_t>> ids;
  std::vector<std::int32_t> tokens_total;
};

/// Every `step`-th record.
Reference read_reference(const std::filesystem::path& file, std::int64_t step) {
  Reference r;
  std::ifstream in(file);
  std::int64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (number++ % step != 0) continue;
    const JsonDocument document = JsonDocument::parse(line, file.string());
    const Json record = document.root();
    r.texts.emplace_back(record.at("text").as_string());
    r.tokens_total.push_back(static_cast<std::int32_t>(record.at("tokens_total").as_int()));
    r.ids.emplace_back();
    for (const Json& id : record.at("ids").elements()) r.ids.back().push_back(static_cast<std::int32_t>(id.as_int()));
  }
  return r;
}

class MiniLm : public testing::TestWithParam<const char*> {
 protected:
  static const Encoder& encoder() {
    static const Encoder loaded = Encoder::load(test::minilm_folder().string(), {.compute = ComputeType::kFloat32});
    return loaded;
  }
};

TEST_P(MiniLm, GivesTheVectorsOfSentenceTransformers) {
  const auto folder = test::shared_data(std::string("golden/") + GetParam());
  SEMEME_SKIP_WITHOUT(test::minilm_folder());
  SEMEME_SKIP_WITHOUT(folder);
  const std::int64_t step = test::kSanitized ? 16 : 1;
  const Reference want = read_reference(folder / "texts.jsonl", step);
  const NpyArray vectors = read_npy(folder / "embeddings.npy");
  const auto count = static_cast<std::int64_t>(want.texts.size());
  ASSERT_EQ(vectors.shape.size(), 2u);
  ASSERT_EQ((vectors.shape[0] + step - 1) / step, count);
  ASSERT_EQ(vectors.shape[1], 384);

  std::vector<TextStats> stats;
  const Matrix got = encoder().encode(want.texts, {}, &stats);
  const std::vector<std::string_view> views(want.texts.begin(), want.texts.end());
  const TokenEmbeddings tokens = encoder().encode_tokens(views);
  const std::span<const float> expected = vectors.as<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto row = expected.subspan(static_cast<std::size_t>(i * step) * 384, 384);
    test::expect_close(got.row(i), row, 5e-6, "text " + std::to_string(i));
    EXPECT_GE(test::cosine(got.row(i), row), 0.999999) << i;
    EXPECT_EQ(stats[at].tokens, want.tokens_total[at]) << i;
    EXPECT_EQ(
        std::vector<std::int32_t>(tokens.ids.begin() + tokens.offsets[at], tokens.ids.begin() + tokens.offsets[at + 1]),
        want.ids[at])
        << i;
  }

  const NpzReader states(folder / "token_embeddings.npz");
  ASSERT_GE(states.names().size(), 20u);
  for (const std::string& name : states.names()) {
    if (std::stoi(name) % step != 0) continue;
    const NpyArray state = states.read(name);
    const auto i = static_cast<std::size_t>(std::stoi(name) / step);
    ASSERT_EQ(state.shape[0], tokens.offsets[i + 1] - tokens.offsets[i]);
    const auto first = static_cast<std::size_t>(tokens.offsets[i] * 384);
    test::expect_close(std::span(tokens.vectors.data(), static_cast<std::size_t>(tokens.vectors.rows() * 384))
                           .subspan(first, state.as<float>().size()),
                       state.as<float>(), 2e-4, "token vectors of text " + name);
  }
}

struct Bar {
  ComputeType compute;
  double least, mean;
};

// Of every text of both sets, hard ones included: docs/numerics.md.
TEST_P(MiniLm, KeepsItsVectorsInFewerBits) {
  const auto folder = test::shared_data(std::string("golden/") + GetParam());
  SEMEME_SKIP_WITHOUT(test::minilm_folder());
  SEMEME_SKIP_WITHOUT(folder);
  const std::int64_t step = test::kSanitized ? 16 : 1;
  const Reference want = read_reference(folder / "texts.jsonl", step);
  const NpyArray vectors = read_npy(folder / "embeddings.npy");
  for (const Bar& bar : {Bar{ComputeType::kBfloat16, 0.9998, 0.9999}, Bar{ComputeType::kInt8, 0.99, 0.998}}) {
    const Encoder fewer = Encoder::load(test::minilm_folder().string(), {.compute = bar.compute});
    const Matrix got = fewer.encode(want.texts);
    double sum = 0;
    for (std::int64_t i = 0; i < got.rows(); ++i) {
      const double cosine =
          test::cosine(got.row(i), vectors.as<float>().subspan(static_cast<std::size_t>(i * step) * 384, 384));
      EXPECT_GE(cosine, bar.least) << fewer.info().compute << ", text " << i;
      sum += cosine;
    }
    EXPECT_GE(sum / static_cast<double>(got.rows()), bar.mean) << fewer.info().compute;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, MiniLm, testing::Values("minilm", "minilm-extra"),
                         [](const auto& suite) { return suite.index == 0 ? "Common" : "Hard"; });

TEST_F(MiniLm, GivesTheKnownNumbers) {
  SEMEME_SKIP_WITHOUT(test::minilm_folder());
  const std::string hello[] = {"hello world"};
  const Matrix row = encoder().encode(hello);
  const float first[] = {-0.034478F, 0.03102F, 0.00673F, 0.02611F, -0.039362F};
  test::expect_close(row.row(0).first(5), first, 1e-5, "hello world");

  const std::string texts[] = {"The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."};
  const Matrix v = encoder().encode(texts);
  EXPECT_NEAR(cosine_similarity(v.row(0), v.row(1)), 0.6660, 5e-5);
  EXPECT_NEAR(cosine_similarity(v.row(0), v.row(2)), 0.1046, 5e-5);
  EXPECT_NEAR(cosine_similarity(v.row(1), v.row(2)), 0.1411, 5e-5);
}

}  // namespace
}  // namespace sememe
