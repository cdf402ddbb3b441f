#include <gtest/gtest.h>

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

TEST_F(Explain, WantsOneTextOfUtf8) {
  expect_error({"explain", "-m", model()}, 2, "which text");
  expect_error({"explain", "-m", model(), "\xff"}, 2, "UTF-8");
  expect_error({"explain", "-m", model(), "a", "b"}, 2, "b");
  EXPECT_NE(output_of({"explain", "-m", model(), ""}).find("normalized"), std::string::npos);
}

}  // namespace
}  // namespace sememe::test
