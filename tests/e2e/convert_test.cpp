#include <gtest/gtest.h>

#include "support/cli.h"

namespace sememe::test {
namespace {

/// The model that comes with the program, and models in one file.
class Convert : public CliTest {
 protected:
  /// A home without any model.
  RunOptions bare() const {
    return {.environment = {{"HOME", path("")},
                            {"XDG_CACHE_HOME", path("cache")},
                            {"HF_HOME", std::nullopt},
                            {"HF_HUB_CACHE", std::nullopt}}};
  }
};

TEST_F(Convert, WithoutAModelTheOwnOneIsUsed) {
  const RunResult scores = run_sememe({"similarity", "--format", "json", "The cat sat on the mat.",
                                       "A feline was sitting on a rug.", "Stock prices fell sharply on Monday."},
                                      bare());
  ASSERT_EQ(scores.exit_code, 0) << scores.err;
  const JsonDocument document = JsonDocument::parse(scores.out, "similarity");
  const std::vector<Json> rows = document.root().at("scores").elements();
  const std::vector<float> cat = floats(rows[0]);
  EXPECT_GT(cat[1], 0.4F);
  EXPECT_LT(cat[2], 0.2F);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"info"},
                                             {"verify"},
                                             {"tokenize", "a"},
                                             {"explain", "a"},
                                             {"verify", "sememe-mini-en", "--compute", "int8"}}) {
    const RunResult result = run_sememe(command, bare());
    EXPECT_EQ(result.exit_code, 0) << command[0] << result.err;
  }
  const RunResult checks = run_sememe({"verify"}, bare());
  EXPECT_NE(checks.out.find("golden vectors"), std::string::npos) << checks.out;
  EXPECT_NE(checks.out.find("checksums"), std::string::npos) << checks.out;
  const RunResult info = run_sememe({"info", "--json"}, bare());
  EXPECT_NE(info.out.find("\"licence\": \"apache-2.0\""), std::string::npos) << info.out;
}

TEST_F(Convert, OneFileGivesTheVectorsOfItsFolder) {
  EXPECT_EQ(output_of({"convert", model(), "-o", path("m.sememe")}), "");
  const std::string vectors = output_of({"encode", "-m", model(), "a cat", "na\u00efve"});
  EXPECT_EQ(output_of({"encode", "-m", path("m.sememe"), "a cat", "na\u00efve"}), vectors);
  EXPECT_EQ(output_of({"tokenize", "-m", path("m.sememe"), "--format", "ids", "a cat"}),
            output_of({"tokenize", "-m", model(), "--format", "ids", "a cat"}));
  EXPECT_EQ(output_of({"convert", path("m.sememe"), "-o", path("folder")}), "");
  EXPECT_EQ(output_of({"encode", "-m", path("folder"), "a cat", "na\u00efve"}), vectors);
  EXPECT_EQ(output_of({"convert", "-m", path("folder"), "-o", path("small.sememe"), "--weights", "int8"}), "");
  EXPECT_LT(std::filesystem::file_size(path("small.sememe")), std::filesystem::file_size(path("m.sememe")));
}

TEST_F(Convert, RefusesWithOneLine) {
  expect_error({"convert", model()}, 2, "no --out");
  write("file", "x");
  expect_error({"convert", model(), "-o", path("")}, 2, "is there already");
  expect_error({"convert", "no/model", "-o", path("m.sememe")}, 3, "no/model");
  expect_error({"convert", model(), "-o", path("m.sememe"), "--weights", "int4"}, 2, "expected one of same, fp32");
  expect_error({"convert", model(), "-o", path("none/m.sememe")}, 6, "none");
  const std::string damaged = write("d.sememe", output_of({"completion", "bash"}));
  expect_error({"encode", "-m", damaged, "a"}, 4, "d.sememe: not a ZIP archive");
  const RunResult checks = run_sememe({"verify", damaged});
  EXPECT_EQ(checks.exit_code, 1);
  EXPECT_NE(checks.out.find("FAIL  checksums"), std::string::npos) << checks.out;
}

}  // namespace
}  // namespace sememe::test
