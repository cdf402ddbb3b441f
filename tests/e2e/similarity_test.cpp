#include <gtest/gtest.h>

#include "io/npy.h"
#include "support/cli.h"

namespace sememe::test {
namespace {

using Similarity = CliTest;

TEST_F(Similarity, JsonHasMeasureTextsAndScores) {
  const std::string out =
      output_of({"similarity", "-m", model(), "--format", "json", "a \"cat\"", "a dog", "a \"cat\""});
  EXPECT_TRUE(out.starts_with(
      "{\"measure\":\"cosine\",\"texts\":[\"a \\\"cat\\\"\",\"a dog\",\"a \\\"cat\\\"\"],\"scores\":[["))
      << out;
  const JsonDocument document = JsonDocument::parse(out, "output");
  const std::vector<Json> rows = document.root().at("scores").elements();
  ASSERT_EQ(rows.size(), 3u);
  const std::vector<float> first = floats(rows[0]), second = floats(rows[1]);
  EXPECT_NEAR(first[0], 1, 1e-6);
  EXPECT_NEAR(first[2], 1, 1e-6);
  EXPECT_LT(first[1], 0.9999);
  EXPECT_EQ(first[1], second[0]);
  EXPECT_EQ(document.root().members().size(), 3u);
}

TEST_F(Similarity, FormatsHoldTheSameNumbers) {
  const std::vector<std::string> texts = {"a cat", "a dog"};
  const std::string csv = output_of({"similarity", "-m", model(), "--format", "csv", "a cat", "a dog"});
  output_of({"similarity", "-m", model(), "-o", path("s.npy"), "a cat", "a dog"});
  const JsonDocument document = JsonDocument::parse("[" + lines_of(csv)[0] + "," + lines_of(csv)[1] + "]", "csv");
  EXPECT_EQ(floats(document.root()), read_npy(path("s.npy")).to_float());
  EXPECT_EQ(read_npy(path("s.npy")).shape, (std::vector<std::int64_t>{2, 2}));
}

TEST_F(Similarity, EveryMeasureIsKnown) {
  for (const std::string measure : {"cosine", "dot", "euclidean", "manhattan"}) {
    const std::string out =
        output_of({"similarity", "-m", model(), "--format", "json", "--measure", measure, "a", "b"});
    EXPECT_TRUE(out.starts_with("{\"measure\":\"" + measure + "\"")) << out;
  }
}

TEST_F(Similarity, TableNumbersTheTexts) {
  const std::vector<std::string> lines = lines_of(output_of({"similarity", "-m", model(), "a cat", "two\nlines"}));
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], "0  a cat");
  EXPECT_EQ(lines[1], "1  two lines");
  EXPECT_TRUE(lines[4].starts_with("0   1.0000")) << lines[4];
  EXPECT_EQ(lines[4].find('\033'), std::string::npos);
  EXPECT_NE(output_of({"similarity", "--color", "always", "-m", model(), "a", "b"}).find("\033[1;32m"),
            std::string::npos);
}

TEST_F(Similarity, PairsGiveOneNumberALineEqualToTheMatrix) {
  const std::string file = write("pairs.tsv", "a cat\ta dog\na bird\ta bird\n");
  const std::vector<std::string> scores = lines_of(output_of({"similarity", "-m", model(), "--pairs", "-i", file}));
  ASSERT_EQ(scores.size(), 2u);
  const std::string csv = output_of({"similarity", "-m", model(), "--format", "csv", "a cat", "a dog"});
  EXPECT_EQ(lines_of(csv)[0].substr(lines_of(csv)[0].find(',') + 1), scores[0]);
  EXPECT_NEAR(std::stod(scores[1]), 1, 1e-6);
  EXPECT_EQ(output_of({"similarity", "-m", model(), "--pairs"}, "a cat\ta dog\n"), scores[0] + "\n");
  EXPECT_EQ(output_of({"similarity", "-m", model(), "--pairs", "a cat\ta dog"}), scores[0] + "\n");

  expect_error({"similarity", "-m", model(), "--pairs", "-i", write("one.tsv", "only one\n")}, 4,
               "one.tsv:1: expected two");
  expect_error({"similarity", "-m", model(), "--pairs", "a\tb\tc"}, 2, "text 1: expected two texts");
  expect_error({"similarity", "-m", model(), "--pairs", "--field", "x", "a\tb"}, 2, "--field");
}

TEST_F(Similarity, NoTextsAreAnEmptyMatrix) {
  const std::string empty = write("empty.txt", "");
  EXPECT_EQ(output_of({"similarity", "-q", "-m", model(), "--format", "json", "-i", empty}),
            "{\"measure\":\"cosine\",\"texts\":[],\"scores\":[]}\n");
}

TEST_F(Similarity, MatrixOfManyTextsIsWrittenInBlocks) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text.append("text ").append(std::to_string(i)).append("\n");
  output_of({"similarity", "-m", model(), "-i", write("many.txt", text), "-o", path("m.npy")});
  const NpyArray array = read_npy(path("m.npy"));
  ASSERT_EQ(array.shape, (std::vector<std::int64_t>{1500, 1500}));
  const std::vector<float> scores = array.to_float();
  for (std::size_t i = 0; i < 1500; ++i) EXPECT_NEAR(scores[i * 1501], 1, 1e-5) << i;
}

}  // namespace
}  // namespace sememe::test
