#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "support/cli.h"

namespace sememe::test {
namespace {

using Explain = CliTest;

TEST_F(Explain, ShowsEveryStep) {
  const std::string out = output_of({"explain", "-m", model(), "A café, [MASK]"});
  const std::vector<std::string> lines = lines_of(out);
  ASSERT_GT(lines.size(), 8u);
  EXPECT_TRUE(lines[0].starts_with("steps       BertNormalizer(")) << lines[0];
  EXPECT_EQ(lines[1], "text        A café, [MASK]");
  EXPECT_EQ(lines[2], "normalized  a cafe, [MASK]");
  EXPECT_EQ(lines[3], "pieces      a | cafe | , | [MASK]");
  EXPECT_TRUE(lines[4].starts_with("tokens      [CLS] | a | ")) << lines[4];
  EXPECT_EQ(out.find('\033'), std::string::npos);
  EXPECT_NE(output_of({"explain", "--color", "always", "-m", model(), "a"}).find("\033["), std::string::npos);
}

TEST_F(Explain, JsonHasPiecesAndTokensWithOffsets) {
  const std::string out = output_of({"explain", "-m", model(), "--format", "json", "--no-special-tokens", "É b"});
  const JsonDocument document = JsonDocument::parse(out, "output");
  const Json root = document.root();
  EXPECT_EQ(root.at("text").as_string(), "É b");
  EXPECT_EQ(root.at("normalized").as_string(), "e b");
  ASSERT_EQ(root.at("pieces").size(), 2u);
  EXPECT_EQ(floats(root.at("pieces").elements()[0].at("offset")), (std::vector<float>{0, 2}));
  EXPECT_EQ(root.at("tokens").elements().back().at("piece").as_int(), 1);
  EXPECT_EQ(floats(root.at("tokens").elements().back().at("offset"))[1], 4);
}

TEST_F(Explain, ShowsRowsLayersAndTheVectorOfAModel) {
  const std::string out = output_of({"explain", "-m", model(), "a cat sat"});
  for (const char* part : {"\ntable rows ", "\nlayers ", " layer 1", "\nmodules     Transformer(bert", "\nvector "})
    EXPECT_NE(out.find(part), std::string::npos) << part;
  const std::string tokens = output_of({"explain", "-m", model(), "--tokens-only", "a cat sat"});
  EXPECT_TRUE(out.starts_with(tokens));
  EXPECT_EQ(tokens.find("layers"), std::string::npos);
}

TEST_F(Explain, TheVectorIsThatOfEncodeAndTheSharesOfTwoTextsAddUpToTheirCosine) {
  const std::string cat = "a cat sat", dog = "the dog ran away";
  const std::string out = output_of({"explain", "-m", model(), "--format", "json", cat, dog});
  const std::string lines =
      output_of({"encode", "-m", model(), "--compute", "fp32", "--prompt", "", "--format", "jsonl", cat, dog});
  const std::string scores =
      output_of({"similarity", "-m", model(), "--compute", "fp32", "--prompt", "", "--format", "json", cat, dog});
  const JsonDocument document = JsonDocument::parse(out, "output"), matrix = JsonDocument::parse(scores, "scores");
  const double cosine = document.root().at("cosine").as_number();
  EXPECT_LE(std::abs(cosine - floats(matrix.root().at("scores").elements()[0])[1]), 1e-6);
  const std::vector<Json> texts = document.root().at("texts").elements();
  ASSERT_EQ(texts.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const JsonDocument line = JsonDocument::parse(lines_of(lines)[i], "line");
    EXPECT_EQ(floats(texts[i].at("vector")), floats(line.root().at("embedding")));
    double sum = 0;
    const std::vector<Json> tokens = texts[i].at("tokens").elements();
    for (const Json& token : tokens) {
      sum += token.at("share").as_number();
      EXPECT_GT(token.at("row").size(), 0u);
    }
    EXPECT_LE(std::abs(sum - cosine), 1e-4);
    for (const Json& layer : texts[i].at("layers").elements()) {
      EXPECT_EQ(layer.at("similarity").size(), tokens.size());
      ASSERT_EQ(layer.at("attention").size(), tokens.size());
      float attention = 0;
      for (const float weight : floats(layer.at("attention").elements()[0])) attention += weight;
      EXPECT_LE(std::abs(attention - 1), 1e-5);
    }
  }
  EXPECT_NE(output_of({"explain", "-m", model(), cat, dog}).find("\nshares      the dog ran away\n"),
            std::string::npos);
}

TEST_F(Explain, ATokenizerAloneShowsItsTokens) {
  const std::string vocabulary = write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\ncat\n");
  const std::string out = output_of({"explain", "-m", vocabulary, "a cat", "a"});
  EXPECT_NE(out.find("tokens      [CLS] | a | cat | [SEP]"), std::string::npos) << out;
  EXPECT_EQ(out.find("layers"), std::string::npos);
  std::filesystem::create_directory(path("broken"));
  for (const char* file : {"tokenizer.json", "config.json"})
    std::filesystem::copy_file(model_path() / file, path("broken") + "/" + file);
  const RunResult result = run_sememe({"explain", "-m", path("broken"), "a cat"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out.find("a | cat"), std::string::npos);
  EXPECT_TRUE(result.err.starts_with("sememe: note: the tokens only: ")) << result.err;
}

TEST_F(Explain, SaysWhatItCuts) {
  std::string longer;
  for (int i = 0; i < 2000; ++i) longer.append("a ");
  const RunResult result = run_sememe({"explain", "-m", model(), longer});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.err.find("warning: a text of 2002 tokens was cut to the "), std::string::npos) << result.err;
}

TEST_F(Explain, WantsOneOrTwoTextsOfUtf8) {
  expect_error({"explain", "-m", model()}, 2, "which text");
  expect_error({"explain", "-m", model(), "\xff"}, 2, "UTF-8");
  expect_error({"explain", "-m", model(), "a", "\xff"}, 2, "UTF-8");
  expect_error({"explain", "-m", model(), "a", "b", "c"}, 2, "c");
  EXPECT_NE(output_of({"explain", "-m", model(), ""}).find("normalized"), std::string::npos);
}

}  // namespace
}  // namespace sememe::test
