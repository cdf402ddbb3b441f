#include "tokenize/models/bpe.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/rng.h"
#include "sememe/error.h"

namespace sememe {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Bpe model(const std::vector<std::string>& tokens, const Pairs& merges, Bpe::Options options = {}) {
  Vocabulary::Builder builder("vocab");
  for (std::size_t i = 0; i < tokens.size(); ++i) builder.add(tokens[i], static_cast<std::int64_t>(i));
  Vocabulary vocabulary = builder.build();
  Bpe::Merges read(vocabulary, options.continuing_prefix, "tokenizer.json: model");
  for (const auto& [left, right] : merges) read.add(left, right);
  return Bpe(std::move(vocabulary), std::move(read), std::move(options), "tokenizer.json: model");
}

/// "token(begin-end)" of each token.
std::string show(const Bpe& model, const std::vector<ModelToken>& list) {
  std::string out;
  for (const ModelToken& token : list) {
    out += (out.empty() ? "" : " ") + std::string(*model.id_to_token(token.id)) + '(' + std::to_string(token.begin) +
           '-' + std::to_string(token.end) + ')';
  }
  return out;
}

std::string tokens(const Bpe& model, std::string_view piece) {
  const auto scratch = model.make_scratch();
  std::vector<ModelToken> list;
  model.tokenize(piece, scratch.get(), list);
  return show(model, list);
}

std::string error_of(const std::vector<std::string>& vocabulary, const Pairs& merges, Bpe::Options options = {}) {
  try {
    model(vocabulary, merges, std::move(options));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
  return "no error";
}

TEST(Bpe, TheLowestRankIsMergedFirst) {
  const Bpe bpe = model({"a", "b", "c", "ab", "bc", "abc"}, {{"b", "c"}, {"a", "b"}, {"ab", "c"}});
  EXPECT_EQ(tokens(bpe, "abc"), "a(0-1) bc(1-3)") << "b c ranks before a b, and then a bc is no merge";
  EXPECT_EQ(tokens(bpe, "abab"), "ab(0-2) ab(2-4)");
  EXPECT_EQ(tokens(bpe, ""), "");
}

TEST(Bpe, OfEqualRanksTheLeftmostIsMergedFirst) {
  const Bpe bpe = model({"a", "aa"}, {{"a", "a"}});
  EXPECT_EQ(tokens(bpe, "aaaaa"), "aa(0-2) aa(2-4) a(4-5)");
}

TEST(Bpe, OfAMergeThatIsThereTwiceTheLastCounts) {
  const Bpe bpe = model({"a", "b", "c", "ab", "bc"}, {{"a", "b"}, {"b", "c"}, {"a", "b"}});
  EXPECT_EQ(tokens(bpe, "abc"), "a(0-1) bc(1-3)");
}

TEST(Bpe, UnknownCharactersVanishWithoutAnUnknownToken) {
  EXPECT_EQ(tokens(model({"a", "b", "ab"}, {{"a", "b"}}), "axb"), "ab(0-2)") << "as the reference: even its range";
  EXPECT_EQ(tokens(model({"a"}, {}), "\u00E9a"), "a(0-2)") << "a range within a character is that of the character";
}

TEST(Bpe, UnknownCharactersAreFusedOnRequest) {
  Bpe::Options options;
  options.unk_token = "?";
  EXPECT_EQ(tokens(model({"a", "?"}, {}, options), "axya"), "a(0-1) ?(1-2) ?(2-3) a(3-4)");
  options.fuse_unk = true;
  EXPECT_EQ(tokens(model({"a", "?"}, {}, options), "ax\u00E9ax"), "a(0-1) ?(1-4) a(4-5) ?(5-6)");
}

TEST(Bpe, BytesOfAnUnknownCharacterShareItsRange) {
  Bpe::Options options;
  options.byte_fallback = true;
  options.unk_token = "?";
  const Bpe bpe = model({"?", "a", "<0xC3>", "<0xA9>", "b"}, {}, options);
  EXPECT_EQ(tokens(bpe, "a\u00E9"), "a(0-1) <0xC3>(1-3) <0xA9>(1-3)");
  EXPECT_EQ(tokens(bpe, "\u00E8"), "?(0-2)") << "not all of its bytes are tokens";
  EXPECT_EQ(tokens(bpe, "\u00E8\u00E9a"), "<0xC3>(0-2) <0xA9>(0-2) ?(2-4) a(4-5)")
      << "as in the reference, bytes overtake an unknown character";
}

TEST(Bpe, PrefixAndSuffixStandInTheVocabularyNotInTheText) {
  Bpe::Options options;
  options.continuing_prefix = "##";
  options.end_suffix = "</w>";
  const Bpe bpe =
      model({"t", "##h", "##e</w>", "th", "the</w>", "##t", "t</w>"}, {{"t", "##h"}, {"th", "##e</w>"}}, options);
  EXPECT_EQ(tokens(bpe, "the"), "the</w>(0-3)");
  EXPECT_EQ(tokens(bpe, "tth"), "t(0-1) ##t(1-2)") << "##h</w> is no token";
  EXPECT_EQ(tokens(bpe, "t"), "t</w>(0-1)");
}

TEST(Bpe, APieceThatIsATokenMayIgnoreMerges) {
  Bpe::Options options;
  EXPECT_EQ(tokens(model({"a", "b", "ab"}, {}, options), "ab"), "a(0-1) b(1-2)");
  options.ignore_merges = true;
  EXPECT_EQ(tokens(model({"a", "b", "ab"}, {}, options), "ab"), "ab(0-2)");
  EXPECT_EQ(tokens(model({"a", "b", "ab"}, {}, options), "aba"), "a(0-1) b(1-2) a(2-3)");
}

TEST(Bpe, MergesMustBeOfTheVocabulary) {
  EXPECT_NE(error_of({"a"}, {{"a", "b"}}).find("merge 1 ('a' 'b') names 'b'"), std::string::npos);
  EXPECT_NE(error_of({"b"}, {{"a", "b"}}).find("names 'a'"), std::string::npos);
  EXPECT_NE(error_of({"a", "b"}, {{"a", "b"}}).find("makes 'ab'"), std::string::npos);
  Bpe::Options options;
  options.continuing_prefix = "##";
  EXPECT_NE(error_of({"a", "b"}, {{"a", "b"}}, options).find("shorter than continuing_subword_prefix"),
            std::string::npos);
}

TEST(Bpe, DropoutMustBeAChance) {
  for (const double dropout : {-0.1, 1.1}) {
    Bpe::Options options;
    options.dropout = dropout;
    EXPECT_NE(error_of({"a"}, {}, options).find("dropout is"), std::string::npos);
  }
}

TEST(Bpe, AMissingUnknownTokenIsAnErrorOnceItIsNeeded) {
  Bpe::Options options;
  options.unk_token = "?";
  const Bpe bpe = model({"a"}, {}, options);
  EXPECT_EQ(tokens(bpe, "aa"), "a(0-1) a(1-2)");
  EXPECT_THROW(tokens(bpe, "ab"), Error);
}

/// Random vocabulary: every token has a merge that makes it, not always one that can be reached.
struct RandomModel {
  std::vector<std::string> tokens;
  Pairs merges;

  RandomModel(std::uint64_t seed, std::uint32_t alphabet, int size) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    std::set<std::string> known;
    for (std::uint32_t c = 0; c < alphabet; ++c) tokens.push_back(std::string(1, static_cast<char>('a' + c)));
    known.insert(tokens.begin(), tokens.end());
    for (int i = 0; i < size; ++i) {
      const auto pick = [&] { return tokens[rng.below(draw++, static_cast<std::uint32_t>(tokens.size()))]; };
      const std::string left = pick(), right = pick();
      merges.emplace_back(left, right);
      if (known.insert(left + right).second) tokens.push_back(left + right);
    }
    for (std::size_t i = merges.size(); i > 1; --i) {
      if (rng.below(draw++, 4) == 0) std::swap(merges[i - 1], merges[rng.below(draw++, static_cast<std::uint32_t>(i))]);
    }
  }

  /// The definition: one merge at a time, the lowest rank, the leftmost.
  std::vector<std::string> split(const std::string& text) const {
    std::map<std::pair<std::string, std::string>, std::size_t> ranks;
    for (std::size_t i = 0; i < merges.size(); ++i) ranks[merges[i]] = i;
    std::vector<std::string> out;
    for (const char c : text) out.emplace_back(1, c);
    std::vector<std::size_t> rank(out.size(), merges.size());
    const auto look = [&](std::size_t i) {
      const auto found = i + 1 < out.size() ? ranks.find({out[i], out[i + 1]}) : ranks.end();
      rank[i] = found == ranks.end() ? merges.size() : found->second;
    };
    for (std::size_t i = 0; i < out.size(); ++i) look(i);
    for (;;) {
      const auto best = std::min_element(rank.begin(), rank.end());
      if (best == rank.end() || *best == merges.size()) return out;
      const auto at = best - rank.begin();
      const auto i = static_cast<std::size_t>(at);
      out[i] += out[i + 1];
      out.erase(out.begin() + at + 1);
      rank.erase(rank.begin() + at + 1);
      look(i);
      if (i > 0) look(i - 1);
    }
  }
};

std::string random_text(std::uint64_t seed, std::uint32_t alphabet, std::size_t size) {
  const CounterRng rng(seed, 1);
  std::string out;
  for (std::uint64_t draw = 0; out.size() < size; ++draw) {
    // Runs of one character are where merges depend on what is far away.
    const std::size_t run = rng.below(2 * draw, 40) == 0 ? 200 : 1;
    out.append(run, static_cast<char>('a' + rng.below(2 * draw + 1, alphabet)));
  }
  out.resize(size);
  return out;
}

TEST(Bpe, PiecesOfEveryLengthBecomeWhatTheDefinitionSays) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto alphabet = static_cast<std::uint32_t>(1 + seed % 5);
    const RandomModel random(seed, alphabet, seed % 3 == 0 ? 8 : 200);
    const Bpe bpe = model(random.tokens, random.merges);
    const auto scratch = bpe.make_scratch();
    for (const std::size_t size : {1, 2, 3, 10, 63, 64, 65, 66, 300, 1023, 1024, 1025, 4000, 12000}) {
      if (size > 2000 && seed > 6) continue;
      const std::string text = random_text(seed, alphabet, size);
      std::vector<ModelToken> list;
      bpe.tokenize(text, scratch.get(), list);
      std::vector<std::string> got;
      std::int32_t end = 0;
      for (const ModelToken& token : list) {
        got.emplace_back(*bpe.id_to_token(token.id));
        EXPECT_EQ(token.begin, end);
        end = token.end;
        ASSERT_EQ(text.substr(static_cast<std::size_t>(token.begin), static_cast<std::size_t>(end - token.begin)),
                  got.back());
      }
      EXPECT_EQ(end, static_cast<std::int32_t>(size));
      ASSERT_EQ(got, random.split(text)) << "seed " << seed << ", size " << size;
    }
  }
}

TEST(Bpe, AMergeMayDependOnCharactersFarAway) {
  // a's pair up from the left, so whether the last ones do depends on how many there are in all.
  Pairs merges;
  std::vector<std::string> vocabulary = {"a", "b"};
  for (int i = 0; i < 12; ++i) {
    merges.emplace_back(vocabulary.back() == "b" ? "a" : vocabulary.back(),
                        vocabulary.back() == "b" ? "a" : vocabulary.back());
    vocabulary.push_back(merges.back().first + merges.back().second);
  }
  const Bpe bpe = model(vocabulary, merges);
  EXPECT_EQ(tokens(bpe, std::string(4096, 'a')), vocabulary.back() + "(0-4096)");
  EXPECT_EQ(tokens(bpe, "b" + std::string(4097, 'a')), "b(0-1) " + vocabulary.back() + "(1-4097) a(4097-4098)");
}

TEST(Bpe, EmptyTokensInMergesDoNotHang) {
  const Bpe bpe = model({"", "a", "b", "ab"}, {{"", "a"}, {"a", ""}, {"", ""}, {"a", "b"}});
  EXPECT_EQ(tokens(bpe, "abab"), "ab(0-2) ab(2-4)");
}

TEST(Bpe, DropoutIsDecidedBySeedAndStreamAlone) {
  const RandomModel random(3, 3, 200);
  const Bpe bpe = model(random.tokens, random.merges);
  const auto scratch = bpe.make_scratch();
  const std::string text = random_text(5, 3, 300);
  const auto sample = [&](double dropout, std::uint64_t seed, std::uint64_t stream) {
    std::vector<ModelToken> list;
    bpe.sample(text, {.seed = seed, .dropout = dropout}, stream, scratch.get(), list);
    return show(bpe, list);
  };
  EXPECT_EQ(sample(0, 1, 1), tokens(bpe, text));
  EXPECT_EQ(sample(0.5, 1, 1), sample(0.5, 1, 1));
  EXPECT_NE(sample(0.5, 1, 1), sample(0.5, 2, 1));
  EXPECT_NE(sample(0.5, 1, 1), sample(0.5, 1, 2));
  EXPECT_NE(sample(0.5, 1, 1), tokens(bpe, text));
  EXPECT_EQ(sample(1, 1, 1), tokens(model({"a", "b", "c"}, {}), text));
}

TEST(Bpe, TheFilesOwnDropoutIsForSample) {
  Bpe::Options options;
  options.dropout = 1;
  const Bpe bpe = model({"a", "aa"}, {{"a", "a"}}, options);
  EXPECT_TRUE(bpe.random());
  EXPECT_FALSE(model({"a"}, {}).random());
  EXPECT_EQ(tokens(bpe, "aa"), "aa(0-2)");
  std::vector<ModelToken> list;
  const auto scratch = bpe.make_scratch();
  bpe.sample("aa", {}, 0, scratch.get(), list);
  EXPECT_EQ(show(bpe, list), "a(0-1) a(1-2)");
}

TEST(Bpe, CutsBeforeAMarkOnlyWhereNothingReachesOverIt) {
  Bpe::Options unk;
  unk.unk_token = "?";
  EXPECT_TRUE(model({"?", "_", "a", "_a", "__"}, {{"_", "a"}, {"_", "_"}}, unk).goes_on_before("_"));
  EXPECT_FALSE(model({"?", "_", "a", "_a", "a_"}, {{"_", "a"}, {"a", "_"}}, unk).goes_on_before("_"));
  EXPECT_FALSE(model({"?", "a"}, {}, unk).goes_on_before("_")) << "the mark could be fused with what is unknown";
  EXPECT_FALSE(model({"_", "a"}, {}).goes_on_before("_")) << "what vanishes shifts the ranges after it";
  EXPECT_FALSE(model({"?", "", "_", "a"}, {{"a", ""}}, unk).goes_on_before("_")) << "it adds nothing to a token";
  unk.ignore_merges = true;
  EXPECT_FALSE(model({"?", "_", "a"}, {}, unk).goes_on_before("_")) << "a part could be a token that the whole is not";
}

}  // namespace
}  // namespace sememe
