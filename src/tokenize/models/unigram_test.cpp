#include "tokenize/models/unigram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/rng.h"
#include "sememe/error.h"
#include "tokenize/models/word_level.h"

namespace sememe {
namespace {

struct Token {
  std::string_view text;
  double score;
};
using Tokens = std::vector<Token>;

std::string show(const TokenModel& model, const std::vector<ModelToken>& list) {
  std::string out;
  for (const ModelToken& token : list) {
    out += (out.empty() ? "" : " ") + std::string(*model.id_to_token(token.id)) + '(' + std::to_string(token.begin) +
           '-' + std::to_string(token.end) + ')';
  }
  return out;
}

std::string tokens(const TokenModel& model, std::string_view piece) {
  const auto scratch = model.make_scratch();
  std::vector<ModelToken> list;
  model.tokenize(piece, scratch.get(), list);
  return show(model, list);
}

Unigram model(const Tokens& list, std::optional<std::int64_t> unk_id = 0, bool byte_fallback = false) {
  Unigram::Tokens tokens;
  for (const Token& token : list) tokens.add(token.text, token.score);
  return Unigram(std::move(tokens), unk_id, byte_fallback, "tokenizer.json: model");
}

const Tokens kLetters = {{"<unk>", 0}, {"a", 0},  {"b", 0},   {"c", 0},    {"d", 0},
                         {"cd", 1},    {"ab", 2}, {"abc", 5}, {"abcd", 10}};

TEST(Unigram, TakesTheTokensWithTheGreatestSum) {
  EXPECT_EQ(tokens(model(kLetters), "abcd"), "abcd(0-4)");
  EXPECT_EQ(tokens(model(kLetters), "abcacd"), "abc(0-3) a(3-4) cd(4-6)");
  EXPECT_EQ(tokens(model(kLetters), ""), "");
}

TEST(Unigram, OfEqualSumsTheLastTokenIsTheLonger) {
  EXPECT_EQ(tokens(model({{"<unk>", 0}, {"a", -1}, {"aa", -2}}), "aaa"), "a(0-1) aa(1-3)") << "as in the reference";
}

TEST(Unigram, UnknownNeighboursBecomeOne) {
  EXPECT_EQ(tokens(model(kLetters), "axyb\u00E9"), "a(0-1) <unk>(1-3) b(3-4) <unk>(4-6)");
}

TEST(Unigram, WhatWasFusedMayBeATokenAfterAll) {
  EXPECT_EQ(tokens(model({{"<unk>", 0}, {"a", -1}, {"xy", -100}, {"x", -200}}), "axz"), "a(0-1) x(1-2) <unk>(2-3)");
  EXPECT_EQ(tokens(model({{"<unk>", 0}, {"a", 0}, {"yz", -1000}, {"b", -900}}), "yz"), "yz(0-2)");
}

TEST(Unigram, TheUnknownTokenWrittenOutIsUnknownToo) {
  EXPECT_EQ(tokens(model(kLetters), "a<unk>b"), "a(0-1) <unk>(1-6) b(6-7)");
}

TEST(Unigram, BytesOfWhatIsUnknownShareItsRange) {
  Tokens list = kLetters;
  for (const char* byte : {"<0xC3>", "<0xA9>"}) list.push_back({byte, 0});
  EXPECT_EQ(tokens(model(list, 0, true), "a\u00E9\u00E9"), "a(0-1) <0xC3>(1-5) <0xA9>(1-5) <0xC3>(1-5) <0xA9>(1-5)");
  EXPECT_EQ(tokens(model(list, 0, true), "\u00E9\u00E8"), "<unk>(0-4)") << "not all of its bytes are tokens";
}

TEST(Unigram, OfTwoTokensWithOneTextTheLastIsFound) {
  const Unigram unigram = model({{"<unk>", 0}, {"a", -5}, {"b", 0}, {"a", -1}});
  EXPECT_EQ(unigram.token_to_id("a"), 3);
  EXPECT_EQ(unigram.id_to_token(1), "a");
  EXPECT_EQ(unigram.id_to_token(4), std::nullopt);
  EXPECT_EQ(unigram.id_to_token(-1), std::nullopt);
}

TEST(Unigram, WithoutUnkIdAnUnknownCharacterIsAnError) {
  const Unigram unigram = model({{"a", 0}}, std::nullopt);
  EXPECT_EQ(tokens(unigram, "aa"), "a(0-1) a(1-2)");
  EXPECT_THROW(tokens(unigram, "ab"), Error);
}

TEST(Unigram, UnkIdMustBeInTheVocabulary) {
  EXPECT_THROW(model({}, 0), Error);
  EXPECT_THROW(model({{"a", 0}}, 1), Error);
  EXPECT_THROW(model({{"a", 0}}, -1), Error);
  EXPECT_EQ(model({}, std::nullopt).vocab_size(), 0);
}

TEST(Unigram, TokensThatWouldTakeHoursAreRefused) {
  EXPECT_THROW(model({{"<unk>", 0}, {std::string(1001, 'a'), 0}}), Error);
}

/// The definition: the whole table, as the reference has it.
std::vector<std::string> best_split(const Tokens& list, const std::string& text) {
  double least = INFINITY;
  for (const auto& token : list) least = std::min(least, token.score);
  struct Way {
    double sum = 0;
    std::size_t from = 0;
    bool reached = false;
  };
  std::vector<Way> ways(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool single = false;
    const auto offer = [&](std::size_t end, double sum) {
      if (!ways[end].reached || sum > ways[end].sum) ways[end] = {sum, at, true};
    };
    for (std::size_t length = 1; at + length <= text.size(); ++length) {
      for (const auto& token : list) {
        if (token.text != text.substr(at, length)) continue;
        offer(at + length, token.score + ways[at].sum);
        single = single || length == 1;
      }
    }
    if (!single) offer(at + 1, least - 10 + ways[at].sum);
  }
  std::vector<std::string> out;
  for (std::size_t at = text.size(); at > 0; at = ways[at].from) {
    out.insert(out.begin(), text.substr(ways[at].from, at - ways[at].from));
  }
  return out;
}

TEST(Unigram, RandomModelsDoWhatTheDefinitionSays) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    std::map<std::string, double> vocabulary;
    const auto word = [&](std::uint32_t most) {
      std::string out;
      for (std::uint32_t n = 1 + rng.below(draw++, most); n > 0; --n) {
        out.push_back(static_cast<char>('a' + rng.below(draw++, 3)));
      }
      return out;
    };
    for (int i = 0; i < 30; ++i) vocabulary[word(6)] = -static_cast<double>(rng.below(draw++, 50)) / 10;
    for (const char* letter : {"a", "b", "c"}) vocabulary.emplace(letter, -7.3);  // no unknown to be fused
    Tokens list = {{"<unk>", -7.3}};
    for (const auto& [text, score] : vocabulary) list.push_back({text, score});
    const Unigram unigram = model(list);
    const auto scratch = unigram.make_scratch();
    for (int i = 0; i < 30; ++i) {
      const std::string text = word(60);
      std::vector<ModelToken> got;
      unigram.tokenize(text, scratch.get(), got);
      std::vector<std::string> texts;
      for (const ModelToken& token : got) texts.emplace_back(*unigram.id_to_token(token.id));
      ASSERT_EQ(texts, best_split(list, text)) << text;
    }
  }
}

TEST(Unigram, NBestComeInOrderAndAreAllDifferent) {
  const Unigram unigram = model(kLetters);
  const auto best = unigram.nbest("abcd", 100);
  ASSERT_EQ(best.size(), 6u);
  EXPECT_EQ(show(unigram, best[0]), "abcd(0-4)");
  EXPECT_EQ(show(unigram, best[1]), "abc(0-3) d(3-4)");
  EXPECT_EQ(show(unigram, best[2]), "ab(0-2) cd(2-4)");
  EXPECT_EQ(show(unigram, best[3]), "ab(0-2) c(2-3) d(3-4)");
  EXPECT_EQ(show(unigram, best[4]), "a(0-1) b(1-2) cd(2-4)");
  EXPECT_EQ(show(unigram, best[5]), "a(0-1) b(1-2) c(2-3) d(3-4)");
  EXPECT_EQ(unigram.nbest("abcd", 2).size(), 2u);
  EXPECT_TRUE(unigram.nbest("", 2).empty());
}

TEST(Unigram, SamplesFollowTheScoresAndTheSeed) {
  const Unigram unigram = model({{"<unk>", 0}, {"a", std::log(0.25)}, {"aa", std::log(0.5)}});
  const auto scratch = unigram.make_scratch();
  const auto sample = [&](Sampling sampling, std::uint64_t stream) {
    std::vector<ModelToken> list;
    unigram.sample("aa", sampling, stream, scratch.get(), list);
    return show(unigram, list);
  };
  EXPECT_EQ(sample({}, 0), "aa(0-2)");
  for (const std::int64_t nbest : {0, 2}) {
    // 0.5 against 0.25 * 0.25
    const Sampling sampling{.seed = 7, .nbest_size = nbest, .alpha = 1.0};
    int whole = 0;
    for (std::uint64_t stream = 0; stream < 2000; ++stream) whole += sample(sampling, stream) == "aa(0-2)";
    EXPECT_NEAR(whole, 2000 * 8 / 9, 70);
    EXPECT_EQ(sample(sampling, 3), sample(sampling, 3));
  }
  EXPECT_EQ(sample({.nbest_size = 1, .alpha = 0.1}, 0), "aa(0-2)");
}

TEST(Unigram, CutsBeforeAMarkOnlyWhereNothingReachesOverIt) {
  EXPECT_TRUE(model({{"<unk>", -1}, {"_", -2}, {"_a", -3}, {"__", -1}}).goes_on_before("_"));
  EXPECT_FALSE(model({{"<unk>", -1}, {"_", -2}, {"a_", -3}}).goes_on_before("_"));
  EXPECT_FALSE(model({{"<unk>", -1}, {"_", -2}, {"_a_", -3}}).goes_on_before("_"));
  EXPECT_FALSE(model({{"<unk>", -1}, {"a", -2}}).goes_on_before("_"));
  EXPECT_FALSE(model({{"<unk>", -1}, {"_", -2.1}}).goes_on_before("_")) << "rounding depends on what comes before";
}

TEST(WordLevel, APieceIsATokenOrUnknown) {
  const auto word_level = [](const char* unk) {
    Vocabulary::Builder builder("vocab");
    builder.add("?", 3);
    builder.add("cat", 7);
    return WordLevel(builder.build(), unk, "tokenizer.json: model");
  };
  EXPECT_EQ(tokens(word_level("?"), "cat"), "cat(0-3)");
  EXPECT_EQ(tokens(word_level("?"), "cats"), "?(0-4)");
  EXPECT_THROW(tokens(word_level("[UNK]"), "cats"), Error);
}

}  // namespace
}  // namespace sememe
