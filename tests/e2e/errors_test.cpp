#include <gtest/gtest.h>

#include "support/cli.h"

namespace sememe::test {
namespace {

using Errors = CliTest;

TEST_F(Errors, UsageIsTwoAndNamesTheNearest) {
  expect_error({"encode", "--fromat", "npy", "a"}, 2, "unknown flag '--fromat'; did you mean '--format'?");
  expect_error({"encdoe"}, 2, "unknown command 'encdoe'; did you mean 'encode'?");
  expect_error({"encode", "--compute", "int4", "a"}, 2,
               "--compute: expected one of auto, fp32, bf16, int8, found 'int4'");
  expect_error({"encode", "--precision", "int8", "a"}, 2, "--precision: expected one of");
  expect_error({"encode", "--threads", "-1", "a"}, 2, "--threads: expected a whole number");
  expect_error({"encode", "--threads", "1025", "a"}, 2, "--threads");
  expect_error({"encode", "--batch-tokens", "0", "a"}, 2, "--batch-tokens");
  expect_error({"encode", "a\nb", "--x\ny"}, 2, "unknown flag");
  expect_error({"encode", "-i", "x", "a"}, 2, "texts and --input are both given");
  expect_error({"encode", "--prompt", "x", "--prompt-name", "y", "a"}, 2, "exclude each other");
  expect_error({"encode", "--output", "tokens", "--precision", "binary", "a"}, 2, "not for tokens");
  expect_error({"encode", "--output", "tokens", "--dimensions", "3", "a"}, 2, "not for tokens");
  expect_error({"encode", "--format", "npz", "a"}, 2, "does not hold sentence vectors");
  expect_error({"encode", "--output", "tokens", "--format", "csv", "a"}, 2, "does not hold tokens");
  expect_error({"encode", "-o", path("x.foo"), "a"}, 2, "does not tell the format");
  expect_error({"info", "a", "-m", "b"}, 2, "named twice");
  expect_error({"completion"}, 2, "which shell");
  expect_error({"completion", "tcsh"}, 2, "found 'tcsh'");
  expect_error({"encode", "a"}, 2, "SEMEME_THREADS", {.environment = {{"SEMEME_THREADS", "x"}}});
  expect_error({"encode", "-m", model(), "a"}, 2, "quantum", {.environment = {{"SEMEME_ISA", "quantum"}}});
}

TEST_F(Errors, OptionsThatDoNotFitTheModelAreUsage) {
  expect_error({"encode", "-m", model(), "--dimensions", "37", "a"}, 2, "dimensions");
  expect_error({"encode", "-m", model(), "--dimensions", "37", "-i", write("empty", ""), "-o", path("x.npy")}, 2,
               "dimensions");
  expect_error({"encode", "-m", model(), "--prompt-name", "qeury", "a"}, 2, "'qeury'");
  expect_error({"encode", "-m", model(), "--max-tokens", "100000", "a"}, 2, "100000");
  expect_error({"encode", "-m", model(), "--pooling", "median", "a"}, 2, "median");
  expect_error({"encode", "-m", model(), "--prompt", "\xff", "a"}, 2, "UTF-8");
}

TEST_F(Errors, MissingThingsAreThree) {
  expect_error({"encode", "-m", "no-such-model", "a"}, 3, "'no-such-model'");
  expect_error({"encode", "-m", path("nowhere/at/all"), "a"}, 3, "nowhere/at/all");
  expect_error({"verify", "no-such-model"}, 3, "'no-such-model'");
  expect_error({"encode", "-m", model(), "-i", path("nothing.txt")}, 3, "nothing.txt");
  expect_error({"tokenize", "-m", path("tokenizer.json"), "a"}, 3, "tokenizer.json");
  expect_error({"encode", "-m", write("m.sememe", "no archive"), "a"}, 4, "m.sememe: not a ZIP archive");
}

TEST_F(Errors, InputThatIsNoTextIsRefused) {
  expect_error({"encode", "-m", model(), "-i", path("")}, 2, "directory");
  expect_error({"encode", "-m", model(), "-i", write("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\n"), "-o", path("x.npy")},
               4, "a.jsonl:2");
  expect_error({"encode", "-m", model(), "-i", write("b.jsonl", "{\"body\":\"a\"}\n")}, 4, "text");
  expect_error({"encode", "-m", model(), "-i", write("a.csv", "id,body\n1,x\n"), "--column", "nope"}, 2, "nope");
  const std::string long_line = write("long.txt", std::string(50'000'000, 'a'));
  expect_error({"encode", "-m", model(), "-i", long_line, "-o", path("x.npy")}, 2, "long.txt:1");
}

TEST_F(Errors, OutputThatCannotBeWrittenIsSix) {
  for (const std::string format : {"npy", "jsonl", "csv", "table"}) {
    expect_error({"encode", "-m", model(), "a", "--format", format, "-o", "/dev/full"}, 6, "No space left");
    const RunResult full = run_sememe({"encode", "-m", model(), "a", "--format", format}, {.output_file = "/dev/full"});
    EXPECT_EQ(full.exit_code, 6) << format;
    EXPECT_NE(full.err.find("No space left"), std::string::npos) << format;
  }
  for (const std::string command : {"similarity", "tokenize", "info", "verify"}) {
    const RunResult full = run_sememe({command, "-m", model()}, {.input = "a\n", .output_file = "/dev/full"});
    EXPECT_EQ(full.exit_code, 6) << command;
    EXPECT_EQ(lines_of(full.err).size(), 1u) << full.err;
  }
  EXPECT_EQ(run_sememe({"--help"}, {.output_file = "/dev/full"}).exit_code, 6);
  expect_error({"encode", "-m", model(), "a", "-o", path("no/such/folder/x.npy")}, 6, "no/such/folder/x.npy");
  std::filesystem::create_directory(path("taken.npy"));
  expect_error({"encode", "-m", model(), "a", "-o", path("taken.npy")}, 2, "directory");
}

TEST_F(Errors, MalformedModelsAreOneLineWithoutTraces) {
  const std::filesystem::path cases = shared_data("golden/malformed");
  SEMEME_SKIP_WITHOUT(cases / "cases.json");
  const JsonDocument document = JsonDocument::load(cases / "cases.json");
  for (const Json::Member& member : document.root().members()) {
    const std::string folder = (cases / std::string(member.key)).string();
    SCOPED_TRACE(folder);
    const RunResult result = run_sememe({"encode", "-m", folder, "-o", path("x.npy"), "a cat"}, {.timeout = 20});
    EXPECT_TRUE(result.exit_code >= 2 && result.exit_code <= 5) << result.exit_code;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("sememe: ")) << result.err;
    EXPECT_EQ(lines_of(result.err).size(), 1u) << result.err;
    EXPECT_TRUE(listing().empty());

    const RunResult verdict = run_sememe({"verify", folder}, {.timeout = 20});
    EXPECT_EQ(verdict.exit_code, 1) << verdict.err;
    EXPECT_EQ(verdict.err, "");
    EXPECT_NE(verdict.out.find("FAIL"), std::string::npos) << verdict.out;
  }
}

TEST_F(Errors, ModelsThatCannotBeReadYetSayWhichArchitecture) {
  expect_error({"encode", "-m", model("modernbert"), "a"}, 5, "modernbert");
  expect_error({"encode", "-m", model("pickle-bert"), "a"}, 5, "pickle");
  expect_error({"encode", "-m", model("plain-bert-prefix"), "a"}, 2, "--pooling");
}

TEST_F(Errors, VerifyOfASoundModelIsYes) {
  EXPECT_EQ(run_sememe({"verify", model()}).exit_code, 0);
  const RunResult result = run_sememe({"verify", "--json", model()});
  const JsonDocument document = JsonDocument::parse(result.out, "output");
  EXPECT_TRUE(document.root().at("passed").as_bool());
  EXPECT_GT(document.root().at("checks").size(), 3u);
}

TEST_F(Errors, InfoShowsThePipeline) {
  const std::string text = output_of({"info", model("bert-dense-tanh")});
  EXPECT_NE(text.find("Dense("), std::string::npos) << text;
  const JsonDocument document =
      JsonDocument::parse(output_of({"info", "--json", "-m", model("bert-cls-normalize-prompts")}), "output");
  EXPECT_EQ(document.root().at("dimensions").as_int(), 48);
  EXPECT_EQ(document.root().at("sha256").as_string().size(), 64u);
  EXPECT_TRUE(document.root().at("prompts").find("query").has_value());
  EXPECT_TRUE(document.root().at("normalizes").as_bool());
}

TEST(Program, HelpAndVersionNeedNoModel) {
  const RunOptions nothing = {
      .environment = {{"HOME", "/nonexistent"}, {"XDG_CACHE_HOME", std::nullopt}, {"SEMEME_ISA", "quantum"}}};
  EXPECT_EQ(run_sememe({"--version"}, nothing).out.substr(0, 7), "sememe ");
  const RunResult help = run_sememe({"--help"}, nothing);
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(run_sememe({}, nothing).out, help.out);
  for (const std::string command : {"encode", "similarity", "tokenize", "detokenize", "info", "verify", "completion"}) {
    EXPECT_NE(help.out.find("\n  " + command + " "), std::string::npos) << command;
    EXPECT_NE(run_sememe({command, "--help"}, nothing).out.find("Usage: sememe " + command), std::string::npos)
        << command;
  }
}

}  // namespace
}  // namespace sememe::test
