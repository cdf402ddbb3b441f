#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/safetensors.h"
#include "model/cut_tokenizer.h"
#include "nn/pooling.h"
#include "sememe/distillation.h"
#include "sememe/encoder.h"
#include "sememe/error.h"
#include "sememe/tokenizer.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

/// The tiny model of tests/golden, with its vocabulary in a tokenizer.json and one of its pieces renamed to [unused7].
struct Teacher : test::TemporaryFolder {
  static constexpr std::size_t kRenamed = 10;
  std::vector<std::string> pieces;

  Teacher() {
    fs::copy(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert", path(), fs::copy_options::recursive);
    std::ifstream lines(path() / "vocab.txt");
    for (std::string line; std::getline(lines, line);) pieces.push_back(line);
    pieces[kRenamed] = "[unused7]";
    std::ostringstream vocab, added;
    for (std::size_t id = 0; id < pieces.size(); ++id) {
      vocab << (id > 0 ? "," : "") << '"' << (pieces[id] == "\"" || pieces[id] == "\\" ? "\\" : "") << pieces[id]
            << "\":" << id;
      if (pieces[id].front() != '[' || pieces[id].size() < 5 || id == kRenamed) continue;
      added << (added.str().empty() ? "" : ",") << "{\"id\":" << id << ",\"content\":\"" << pieces[id]
            << "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}";
    }
    const auto id = [&](const std::string& piece) {
      return std::to_string(std::find(pieces.begin(), pieces.end(), piece) - pieces.begin());
    };
    write("tokenizer.json",
          R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[)" + added.str() +
              R"(],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,)"
              R"("strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},)"
              R"("post_processor":{"type":"BertProcessing","sep":["[SEP]",)" +
              id("[SEP]") + R"(],"cls":["[CLS]",)" + id("[CLS]") +
              R"(]},"decoder":null,"model":{"type":"WordPiece","unk_token":"[UNK]",)"
              R"("continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{)" +
              vocab.str() + "}}}");
  }
  /// The pieces that get a row.
  std::vector<std::string> kept() const {
    std::vector<std::string> out;
    for (std::size_t id = 0; id < pieces.size(); ++id)
      if (id != kRenamed && pieces[id] != "[CLS]" && pieces[id] != "[SEP]" && pieces[id] != "[MASK]")
        out.push_back(pieces[id]);
    return out;
  }
};

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

TEST(Distill, RowsAreWeightedCentredVectorsOfThePieces) {
  const Teacher teacher;
  const test::TemporaryFolder target;
  const fs::path out = target.path() / "static";
  std::int64_t last = 0;
  distill_static_model(teacher.path().string(), out, {.threads = 2, .progress = [&](std::int64_t done, std::int64_t) {
                                                        EXPECT_GT(done, last);
                                                        last = done;
                                                      }});
  const std::vector<std::string> kept = teacher.kept();
  const auto n = static_cast<std::int64_t>(kept.size());
  EXPECT_EQ(last, n);
  const Tokenizer tokenizer = Tokenizer::load(out);
  ASSERT_EQ(tokenizer.vocab_size(), n);
  for (std::int64_t i = 0; i < n; ++i)
    EXPECT_EQ(tokenizer.id_to_token(static_cast<std::int32_t>(i)), kept[static_cast<std::size_t>(i)]);
  EXPECT_EQ(tokenizer.special_tokens_added(), 0);

  // The pieces as texts, where these are tokenized to themselves.
  const Encoder encoder = Encoder::load(teacher.path().string(), {.compute = ComputeType::kFloat32});
  const TensorStore store = TensorStore::open(out / "model.safetensors");
  const Tensor& table = *store.find("embeddings");
  const std::int64_t k = encoder.info().hidden_size;
  ASSERT_EQ(table.shape, (std::vector<std::int64_t>{n, k}));  // no direction is lost: products are those of the vectors
  std::vector<float> rows(static_cast<std::size_t>(n * k));
  copy_to_float(table, 0, rows);
  const auto row = [&](std::int64_t i) {
    return std::span<const float>(rows).subspan(static_cast<std::size_t>(i * k), static_cast<std::size_t>(k));
  };
  double zipf = 0;
  for (std::int64_t i = 0; i < n; ++i) zipf += 1.0 / static_cast<double>(i + 2);
  std::vector<std::int64_t> whole;
  std::vector<std::vector<float>> vectors;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<std::int32_t> ids;
    encoder.tokenizer().encode_ids(kept[static_cast<std::size_t>(i)], ids);
    if (ids.size() != 3 || encoder.tokenizer().id_to_token(ids[1]) != kept[static_cast<std::size_t>(i)]) continue;
    if (kept[static_cast<std::size_t>(i)] == "[UNK]") continue;
    const std::string_view texts[] = {kept[static_cast<std::size_t>(i)]};
    const TokenEmbeddings tokens = encoder.encode_tokens(texts);
    whole.push_back(i);
    vectors.emplace_back(static_cast<std::size_t>(k));
    pool_tokens(PoolingMode::kMean, tokens.vectors.view(), 0, vectors.back());
    weights.push_back(1e-4 / (1e-4 + 1.0 / (static_cast<double>(i + 2) * zipf)));
  }
  ASSERT_GT(whole.size(), 20u);
  // |a - b|^2 does not depend on the mean that was taken away.
  const auto distance = [](std::span<const float> a, double wa, std::span<const float> b, double wb) {
    return dot(a, a) / (wa * wa) + dot(b, b) / (wb * wb) - 2 * dot(a, b) / (wa * wb);
  };
  for (std::size_t i = 1; i < whole.size(); ++i) {
    const double found = distance(row(whole[i]), weights[i], row(whole[0]), weights[0]);
    const double wanted = distance(vectors[i], 1, vectors[0], 1);
    EXPECT_LE(std::abs(found - wanted), 1e-4 * wanted) << kept[static_cast<std::size_t>(whole[i])];
  }
}

TEST(Distill, AModelOfItCountsNoUnknownToken) {
  const Teacher teacher;
  const test::TemporaryFolder target;
  distill_static_model(teacher.path().string(), target.path(), {.dimensions = 8, .sif = 0});
  const std::string known = teacher.kept()[20];
  const Encoder encoder = Encoder::load(target.path().string());
  EXPECT_EQ(encoder.dimensions(), 8);
  const std::string texts[] = {known, known + " \u6771", "\u6771"};
  const Matrix vectors = encoder.encode(texts);
  double length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_LE(std::abs(vectors.row(0)[i] - vectors.row(1)[i]), 1e-6);
    EXPECT_EQ(vectors.row(2)[i], 0);
    length += static_cast<double>(vectors.row(0)[i]) * vectors.row(0)[i];
  }
  EXPECT_LE(std::abs(length - 1), 1e-6);
}

TEST(Distill, OptionsAndFoldersAreChecked) {
  const Teacher teacher;
  const test::TemporaryFolder target;
  const auto error = [&](const fs::path& from, const fs::path& out, const DistillOptions& options) {
    return test::error_of<Error>([&] { distill_static_model(from.string(), out, options); });
  };
  const fs::path out = target.path() / "new";
  EXPECT_NE(error(teacher.path(), out, {.dimensions = 21}).find("expected 1 to 20, found 21"), std::string::npos);
  EXPECT_NE(error(teacher.path(), out, {.sif = 1}).find("sif: expected 0"), std::string::npos);
  EXPECT_NE(error(teacher.path(), out, {.sif = NAN}).find("sif: expected 0"), std::string::npos);
  EXPECT_NE(error(teacher.path(), out, {.pooling = "most"}).find("found 'most'"), std::string::npos);
  EXPECT_NE(error(teacher.path(), teacher.path(), {}).find("is there already"), std::string::npos);
  EXPECT_FALSE(fs::exists(out));
  distill_static_model(teacher.path().string(), out);
  EXPECT_NE(error(out, target.path() / "again", {}).find("a static model"), std::string::npos);
  EXPECT_NE(error(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert", target.path() / "no", {}).find("tokenizer.json"),
            std::string::npos);
}

TEST(CutTokenizer, KeepsWhatTheOtherModelsNeed) {
  const test::TemporaryFolder folder;
  const auto cut = [&](const std::string& model, const std::vector<std::int32_t>& kept) {
    const fs::path file = folder.write("t.json",
                                       "{\"added_tokens\":[{\"id\":0,\"content\":\"<s>\"}],\"post_processor\":"
                                       "{\"type\":\"x\"},\"model\":" +
                                           model + "}");
    return cut_tokenizer(file, kept, CutPostProcessor::kDrop);
  };
  EXPECT_EQ(
      cut(R"({"type":"BPE","vocab":{"<s>":0,"a":1,"b":2,"ab":3,"aba":4},"merges":["a b",["ab","a"]]})", {1, 2, 3}),
      R"({"added_tokens":[],"post_processor":null,"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}})"
      "\n");
  EXPECT_EQ(cut(R"({"type":"BPE","vocab":{"<s>":0,"a":1,"b":2,"ab":3},"merges":["a b"]})", {1, 3}),
            R"({"added_tokens":[],"post_processor":null,"model":{"type":"BPE","vocab":{"a":0,"ab":1},"merges":[]}})"
            "\n");
  EXPECT_EQ(
      cut(R"({"type":"Unigram","unk_id":1,"vocab":[["<s>",0.0],["<unk>",0.0],["a",-1.5]]})", {1, 2}),
      R"({"added_tokens":[],"post_processor":null,"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",-1.5]]}})"
      "\n");
  EXPECT_EQ(
      cut(R"({"type":"WordLevel","unk_token":"<s>","vocab":{"a":1,"<s>":0}})", {0, 1}),
      R"({"added_tokens":[{"id":0,"content":"<s>"}],"post_processor":null,"model":{"type":"WordLevel","unk_token":"<s>","vocab":{"<s>":0,"a":1}}})"
      "\n");
  EXPECT_NE(test::error_of<Error>([&] { cut(R"({"type":"Odd","vocab":{}})", {0}); }).find("'Odd'"), std::string::npos);
}

}  // namespace
}  // namespace sememe
