#include <gtest/gtest.h>

#include "support/cli.h"
#include "support/rank_file.h"

namespace sememe::test {
namespace {

using Tokenize = CliTest;

TEST_F(Tokenize, JsonHasExactlyTheDocumentedMembers) {
  const std::string out = output_of({"tokenize", "-m", model(), "--format", "json", "a cat", "naïve"});
  ASSERT_EQ(lines_of(out).size(), 2u);
  const JsonDocument document = JsonDocument::parse(lines_of(out)[1], "line");
  std::vector<std::string> keys;
  for (const Json::Member& member : document.root().members()) keys.emplace_back(member.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"index", "ids", "tokens", "offsets", "type_ids", "special", "word_ids"}));
  const std::size_t tokens = document.root().at("ids").size();
  for (std::size_t i = 1; i < keys.size(); ++i) EXPECT_EQ(document.root().at(keys[i]).size(), tokens) << keys[i];
  EXPECT_EQ(document.root().at("index").as_int(), 1);
  EXPECT_EQ(floats(document.root().at("offsets").elements()[0]), (std::vector<float>{0, 0}));
  EXPECT_EQ(document.root().at("special").elements()[0].as_int(), 1);
}

TEST_F(Tokenize, OffsetsAreBytesOrCodePoints) {
  const auto last_end = [&](const std::string& unit) {
    const JsonDocument document = JsonDocument::parse(
        output_of({"tokenize", "-m", model(), "--format", "json", "--offset-unit", unit, "--no-special-tokens", "é é"}),
        "line");
    return document.root().at("offsets").elements().back().elements()[1].as_int();
  };
  EXPECT_EQ(last_end("byte"), 5);
  EXPECT_EQ(last_end("char"), 3);
}

TEST_F(Tokenize, IdsComeBackAsText) {
  const std::string ids = output_of({"tokenize", "-m", model(), "--format", "ids"}, "a cat\non the mat\n");
  EXPECT_EQ(lines_of(ids).size(), 2u);
  EXPECT_EQ(output_of({"detokenize", "-m", model()}, ids), "a cat\non the mat\n");
  EXPECT_EQ(output_of({"detokenize", "-m", model(), "--format", "jsonl"}, ids),
            "{\"index\":0,\"text\":\"a cat\"}\n{\"index\":1,\"text\":\"on the mat\"}\n");
  EXPECT_EQ(output_of({"detokenize", "-m", model(), "--keep-special-tokens", lines_of(ids)[0]}), "[CLS] a cat [SEP]\n");
}

/// Enough texts for several chunks of many blocks, each of another length.
TEST_F(Tokenize, LinesComeInTheOrderOfTheTextsOnAnyNumberOfThreads) {
  std::string texts, index;
  constexpr int kTexts = 20000;
  for (int i = 0; i < kTexts; ++i) {
    texts.append(std::to_string(i)).append(static_cast<std::size_t>(i % 7), '!').push_back('\n');
  }
  const std::string file = write("texts.txt", texts);
  const std::vector<std::string> flags = {"tokenize", "-q", "-m", model(), "--format", "json", "-i"};
  const auto run = [&](const std::string& input, const std::string& threads) {
    std::vector<std::string> all = flags;
    all.insert(all.end(), {input, "--threads", threads});
    return output_of(all, input == "-" ? texts : "");
  };
  const std::string expected = run(file, "1");
  const std::vector<std::string> lines = lines_of(expected);
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kTexts));
  for (int i = 0; i < kTexts; ++i)
    ASSERT_TRUE(lines[static_cast<std::size_t>(i)].starts_with("{\"index\":" + std::to_string(i) + ",")) << i;
  for (const std::string threads : {"2", "5"}) {
    EXPECT_EQ(run(file, threads), expected) << threads;
    EXPECT_EQ(run("-", threads), expected) << threads << ", through a pipe";
  }
}

TEST_F(Tokenize, ABookIsOneTextBetweenOthers) {
  std::string book;
  for (int i = 0; i < 1'500'000; ++i) book.append(i == 0 ? "a cat" : " a cat");  // 9 MB
  const std::string file = write("books.txt", "a cat\n" + book + "\non the mat\n" + book + "\na cat\n");
  const auto ids_of = [&](const std::string& threads) {
    return output_of({"tokenize", "-q", "-m", model(), "--format", "ids", "--threads", threads, "-i", file});
  };
  const std::string ids = ids_of("1");
  EXPECT_EQ(ids_of("3"), ids);
  const std::vector<std::string> lines = lines_of(ids);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], lines[4]);
  EXPECT_EQ(lines[1], lines[3]);
  EXPECT_EQ(lines[2] + "\n", output_of({"tokenize", "-m", model(), "--format", "ids", "on the mat"}));
  EXPECT_EQ(output_of({"detokenize", "-m", model(), "-i", write("ids.txt", lines[1] + "\n")}), book + "\n");
}

TEST_F(Tokenize, WhatCannotBeReadIsToldWithItsLine) {
  std::string texts;
  for (int i = 0; i < 3000; ++i) texts.append("a cat\n");
  const std::string file = write("broken.txt", texts + "\xFF\n");
  for (const std::string threads : {"1", "3"}) {
    const RunResult result =
        run_sememe({"tokenize", "-q", "-m", model(), "--format", "ids", "--threads", threads, "-i", file});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(result.err.find("broken.txt:3001"), std::string::npos) << result.err;
  }
}

TEST_F(Tokenize, FolderFileAndVocabularyGiveTheSameIds) {
  const auto ids = [&](const std::string& where) {
    return output_of({"tokenize", "-m", where, "--format", "ids", "The Cat"});
  };
  EXPECT_EQ(ids(model()), ids(model() + "/tokenizer.json"));
  const std::string vocabulary = model("bert-vocab-txt-cased") + "/vocab.txt";
  EXPECT_EQ(ids(model("bert-vocab-txt-cased")), ids(vocabulary));
  EXPECT_EQ(output_of({"tokenize", "-m", vocabulary, "--cased", "--format", "ids", "The Cat"}), ids(vocabulary));
  EXPECT_NE(
      output_of({"tokenize", "-m", model("bert-vocab-txt") + "/vocab.txt", "--cased", "--format", "ids", "The Cat"}),
      ids(model("bert-vocab-txt") + "/vocab.txt"));
}

TEST_F(Tokenize, RankFilesNeedAPatternUnlessTheirNameSaysIt) {
  const std::string mine = write("mine.tiktoken", rank_file()), known = write("cl100k_base.tiktoken", rank_file());
  EXPECT_EQ(output_of({"tokenize", "-m", known, "--format", "ids", "ab1"}), "256 49\n");
  EXPECT_EQ(output_of({"tokenize", "-m", mine, "--pattern", "gpt2", "--format", "ids", "ab1"}), "256 49\n");
  EXPECT_EQ(output_of({"tokenize", "-m", mine, "--pattern", "[a1]|b", "--format", "ids", "ab1"}), "97 98 49\n");
  expect_error({"tokenize", "-m", mine, "x"}, 5, "gpt2, cl100k, o200k, llama3");
}

TEST_F(Tokenize, PairsLengthAndStrideReachTheTokenizer) {
  const std::string pair = output_of({"tokenize", "-m", model(), "--format", "json", "--pair", "a dog", "a cat"});
  EXPECT_NE(pair.find("\"type_ids\":[0,0,"), std::string::npos);
  EXPECT_NE(pair.find(",1,1]"), std::string::npos);
  const auto count = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"tokenize", "-m", model(), "--format", "ids", "a b c d e f"});
    return lines_of(output_of(flags));
  };
  EXPECT_EQ(count({}).size(), 1u);
  const std::vector<std::string> cut = count({"--max-length", "5"});
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(std::count(cut[0].begin(), cut[0].end(), ' '), 4);
  EXPECT_GT(count({"--max-length", "5", "--stride", "1"}).size(), 1u);
  expect_error({"tokenize", "-m", model(), "--stride", "2", "a"}, 2, "--max-length");
}

TEST_F(Tokenize, TableShowsTokensAndOffsets) {
  const std::vector<std::string> lines = lines_of(output_of({"tokenize", "-m", model(), "--offsets", "a cat"}));
  EXPECT_TRUE(lines[0].starts_with("text 0: ") && lines[0].ends_with("tokens  a cat")) << lines[0];
  EXPECT_NE(lines[1].find("[CLS]"), std::string::npos);
  EXPECT_TRUE(lines[2].ends_with("0-1")) << lines[2];
}

TEST_F(Tokenize, WrongIdsAreNamed) {
  expect_error({"detokenize", "-m", model(), "seven"}, 2, "text 1: expected a token id, found 'seven'");
  expect_error({"detokenize", "-m", model(), "99999999999"}, 2, "expected a token id");
  expect_error({"detokenize", "-m", model(), "123456"}, 2, "123456");
  expect_error({"detokenize", "-m", model()}, 2, "standard input:2", {.input = "40\nx\n"});
}

TEST_F(Tokenize, EmptyInputIsNoOutput) {
  EXPECT_EQ(output_of({"tokenize", "-q", "-m", model(), "-i", write("e.txt", "")}), "");
  EXPECT_EQ(output_of({"detokenize", "-q", "-m", model(), "-i", path("e.txt")}), "");
}

}  // namespace
}  // namespace sememe::test
