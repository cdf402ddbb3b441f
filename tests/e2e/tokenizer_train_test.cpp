#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>

#include "support/cli.h"

namespace sememe::test {
namespace {

using TokenizerTrain = CliTest;

std::string corpus(int lines = 300) {
  std::string text;
  for (int i = 0; i < lines; ++i)
    text.append("the cat sat on mat ").append(std::to_string(std::int64_t{i} * 7919 % 1000)).append(", it's walking\n");
  return text;
}

TEST_F(TokenizerTrain, WritesATokenizerThatTheOtherCommandsRead) {
  for (const std::string type : {"bpe", "wordpiece", "unigram", "wordlevel"}) {
    SCOPED_TRACE(type);
    const std::string file = path(type + ".json");
    EXPECT_EQ(output_of({"tokenizer", "train", "-i", write("in.txt", corpus()), "-o", file, "--type", type,
                         "--vocab-size", "300", "--normalizer", "none"}),
              "");
    const std::string ids = output_of({"tokenize", "-m", file, "--format", "ids", "the cat"});
    EXPECT_GE(lines_of(ids)[0].size(), 3u);
    EXPECT_EQ(output_of({"detokenize", "-m", file, "--", lines_of(ids)[0]}), "the cat\n");
    EXPECT_NE(output_of({"tokenizer", "info", file}).find("vocabulary "), std::string::npos);
  }
}

TEST_F(TokenizerTrain, TheSameTextsGiveTheSameBytesHoweverTheyCome) {
  const std::string lines = corpus(), plain = write("a.txt", lines);
  std::string jsonl, csv = "id,text\n";
  for (const std::string& line : lines_of(lines)) {
    jsonl.append("{\"text\":\"").append(line).append("\"}\n");
    csv.append("1,\"").append(line).append("\"\n");
  }
  const std::string expected = output_of({"tokenizer", "train", "-i", plain});
  EXPECT_EQ(output_of({"tokenizer", "train", "-i", write("a.jsonl", jsonl)}), expected);
  EXPECT_EQ(output_of({"tokenizer", "train", "-i", write("a.csv", csv), "--column", "text"}), expected);
  EXPECT_EQ(output_of({"tokenizer", "train"}, lines), expected);
  EXPECT_EQ(output_of({"tokenizer", "train", "-i", "-"}, lines), expected);
  for (const std::string threads : {"1", "2", "3"})
    EXPECT_EQ(output_of({"tokenizer", "train", "-i", plain, "--threads", threads}), expected);
  const std::size_t half = lines.find('\n', lines.size() / 2) + 1;
  const std::string first = write("1.txt", lines.substr(0, half)), second = write("2.txt", lines.substr(half));
  EXPECT_EQ(output_of({"tokenizer", "train", "-i", first, second}), expected);
  EXPECT_EQ(output_of({"tokenizer", "train", "-i", first, "-i", second}), expected);
  EXPECT_NE(output_of({"tokenizer", "train", "-i", first}), expected);
}

TEST_F(TokenizerTrain, LineEndsStayIfAsked) {
  const std::vector<std::string> words = {"tokenizer",
                                          "train",
                                          "--type",
                                          "wordlevel",
                                          "--pre-tokenizer",
                                          "none",
                                          "--special-tokens",
                                          "[UNK]",
                                          "-i",
                                          write("in.txt", "a b\nc\r\n")};
  const auto vocabulary = [](const std::string& json) {
    const JsonDocument document = JsonDocument::parse(json, "output");
    std::vector<std::string> tokens;
    for (const Json::Member& token : document.root().at("model").at("vocab").members()) tokens.emplace_back(token.key);
    return tokens;
  };
  EXPECT_EQ(vocabulary(output_of(words)), (std::vector<std::string>{"[UNK]", "a b", "c"}));
  std::vector<std::string> keeping = words;
  keeping.emplace_back("--keep-line-ends");
  EXPECT_EQ(vocabulary(output_of(keeping)), (std::vector<std::string>{"[UNK]", "a b\n", "c\r\n"}));
}

TEST_F(TokenizerTrain, SpecialTokensAreAListOrJson) {
  const std::string in = write("in.txt", "x y\n");
  const auto first_tokens = [&](const std::string& list) {
    const JsonDocument document =
        JsonDocument::parse(output_of({"tokenizer", "train", "-i", in, "--special-tokens", list}), "output");
    std::vector<std::string> tokens;
    for (const Json& token : document.root().at("added_tokens").elements())
      tokens.emplace_back(token.at("content").as_string());
    return tokens;
  };
  EXPECT_EQ(first_tokens("<s>,</s>"), (std::vector<std::string>{"<s>", "</s>"}));
  EXPECT_EQ(first_tokens(R"(["a,b","c"])"), (std::vector<std::string>{"a,b", "c"}));
  EXPECT_EQ(first_tokens(""), std::vector<std::string>());
}

TEST_F(TokenizerTrain, ErrorsAreOneLineAndLeaveNoFile) {
  const std::string in = write("in.txt", corpus()), out = path("out.json");
  expect_error({"tokenizer", "trian"}, 2, "did you mean 'train'?");
  expect_error({"tokenizer", "train", "--type", "bpee", "-i", in}, 2, "did you mean 'bpe'?");
  expect_error({"tokenizer", "train", "-i", in, "-o", out, "--normalizer", "nfd,foo"}, 2, "unknown normalizer 'foo'");
  expect_error({"tokenizer", "train", "-i", in, "-o", out, "--pre-tokenizer", "{"}, 2, "pre_tokenizer");
  expect_error({"tokenizer", "train", "-i", in, "-o", out, "--shrinking-factor", "x"}, 2, "--shrinking-factor");
  expect_error({"tokenizer", "train", "-i", in, "-o", out, "--special-tokens", "a", "--type", "wordpiece"}, 2, "[UNK]");
  expect_error(
      {"tokenizer", "train", "-i", in, "-o", out, "--vocab-size", "3", "--type", "unigram", "--normalizer", "none"}, 2,
      "too small");
  expect_error({"tokenizer", "train", "-i", in, path("missing.txt"), "-o", out}, 3, "missing.txt");
  expect_error({"tokenizer", "train", "-i", in, "--like", path("missing.json"), "-o", out}, 3, "missing.json");
  expect_error({"tokenizer", "train", "-i", write("empty.txt", ""), "-o", out}, 2, "no words");
  expect_error({"tokenizer", "train", "-i", write("bad.txt", "a\n\xff\n"), "-o", out}, 2, "bad.txt:2");
  expect_error({"tokenizer", "train", "-i", in, "-o", path("no/such/folder.json")}, 6, "no/such/folder.json");
  expect_error({"tokenizer", "train", "-i", in, "-o", "/dev/full"}, 6, "No space left");
  expect_error({"tokenizer", "info", path("missing.json")}, 3, "missing.json");
  EXPECT_EQ(run_sememe({"tokenizer", "train", "-i", in}, {.output_file = "/dev/full"}).exit_code, 6);
}

TEST_F(TokenizerTrain, InvalidTextIsReplacedIfAsked) {
  output_of({"tokenizer", "train", "-i", write("bad.txt", "a \xff b\n"), "-o", path("out.json"), "--lossy"});
  EXPECT_EQ(listing().count("out.json"), 1u);
}

TEST_F(TokenizerTrain, InterruptedTrainingLeavesNoFile) {
  const std::string in = write("in.txt", corpus(400000));
  const RunResult result = run_sememe({"tokenizer", "train", "-i", in, "-o", path("out.json")},
                                      {.signal = SIGTERM, .signal_when = [&] { return listing().size() > 1; }});
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(listing().size(), 1u);
}

TEST_F(TokenizerTrain, InfoIsTextOrJson) {
  const std::string file = path("t.json");
  output_of({"tokenizer", "train", "-i", write("in.txt", corpus()), "-o", file, "--type", "wordpiece", "--vocab-size",
             "120"});
  const std::string text = output_of({"tokenizer", "info", file});
  EXPECT_NE(text.find("special tokens    [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4\n"), std::string::npos) << text;
  const JsonDocument document = JsonDocument::parse(output_of({"tokenizer", "info", "--json", "-m", file}), "output");
  EXPECT_EQ(document.root().at("vocab_size").as_int(), 120);
  EXPECT_EQ(document.root().at("added_tokens").size(), 5u);
  EXPECT_EQ(document.root().at("special_tokens_added_to_pair").as_int(), 3);
  EXPECT_NE(output_of({"tokenizer", "info", model()}).find("WordPiece"), std::string::npos);
}

TEST(TokenizerCommands, HelpOfTheGroupListsThem) {
  const std::string help = run_sememe({"tokenizer", "--help"}).out;
  EXPECT_NE(help.find("\n  train "), std::string::npos) << help;
  EXPECT_NE(help.find("\n  info "), std::string::npos);
  EXPECT_EQ(run_sememe({"tokenizer"}).out, help);
  EXPECT_NE(run_sememe({"tokenizer", "train", "--help"}).out.find("--vocab-size N"), std::string::npos);
}

}  // namespace
}  // namespace sememe::test
