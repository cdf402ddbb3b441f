#include "tokenize/models/sentencepiece_bpe.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"
#include "io/test_files.h"
#include "io/utf8.h"
#include "tokenize/formats/test_models.h"

namespace sememe {
namespace {

using test::cut;
using test::tokens_of;
using test::with_unknown;

using Type = SentencePiece::Type;
constexpr std::string_view kMark = "\xE2\x96\x81";

TEST(SentencePieceBpe, TheHighestScoreMergesFirst) {
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"b", 0}, {"c", 0}, {"ab", -2}, {"bc", -1}, {"abc", -3}}), false,
                               "model");
  EXPECT_EQ(cut(model, "abc"), "abc");  // a bc, then abc
  EXPECT_EQ(cut(model, "abb"), "ab|b");
  EXPECT_EQ(cut(model, "abcc"), "abc|c");
}

TEST(SentencePieceBpe, EqualScoresMergeFromTheLeftWhateverThePiece) {
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"b", 0}, {"ba", -1}, {"ab", -1}}), false, "model");
  EXPECT_EQ(cut(model, "aba"), "ab|a");
  EXPECT_EQ(cut(model, "bab"), "ba|b");
}

TEST(SentencePieceBpe, OnePieceOfTwoKindsMergesAsTheLibraryHasIt) {
  // "aaa" is aa + a and a + aa.
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"aa", -1}, {"aaa", -2}}), false, "model");
  EXPECT_EQ(cut(model, "aaaaa"), "aa|aaa");
}

TEST(SentencePieceBpe, CharactersThatAreNoPiecesMayMerge) {
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"ab", -1}}), false, "model");
  EXPECT_EQ(cut(model, "abb"), "ab|b?");
  EXPECT_EQ(cut(model, "bxba"), "bxb?|a");
}

TEST(SentencePieceBpe, UserDefinedSymbolsDoNotMerge) {
  const SentencePieceBpe model(
      with_unknown({{"a", 0}, {"b", 0}, {"ab", -1}, {"aab", -2}, {"ba", 0, Type::kUserDefined}}), false, "model");
  EXPECT_EQ(cut(model, "abab"), "a|ba|b");
  EXPECT_EQ(cut(model, "aab"), "aab");
}

TEST(SentencePieceBpe, UnusedPiecesAreTakenApart) {
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"b", 0}, {"c", 0}, {"ab", -1, Type::kUnused}, {"abc", -2}}),
                               false, "model");
  EXPECT_EQ(cut(model, "ab"), "a|b");
  EXPECT_EQ(cut(model, "abc"), "abc");
  const SentencePieceBpe alone(with_unknown({{"a", 0}, {"b", 0, Type::kUnused}, {"ab", -1, Type::kUnused}}), false,
                               "model");
  EXPECT_EQ(cut(alone, "ab"), "a|b?");
}

TEST(SentencePieceBpe, ControlPiecesAreNoText) {
  const SentencePieceBpe model(with_unknown({{"a", 0}, {"b", 0}, {"ab", -1, Type::kControl}, {"abc", -2}}), false,
                               "model");
  EXPECT_EQ(cut(model, "abc"), "a|b|c?");
}

/// The definition with a loop over everything. Unused pieces that can be made in two ways would need more.
std::vector<std::int32_t> dull_bpe(const std::vector<SentencePiece>& pieces, std::string_view text) {
  std::map<std::string_view, std::size_t> ids;
  for (std::size_t i = 1; i < pieces.size(); ++i) ids[pieces[i].text] = i;
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = static_cast<std::size_t>(decode_utf8(text, at).length);
    parts.push_back(text.substr(at, length));
    at += length;
  }
  for (;;) {
    std::size_t best = parts.size();
    float score = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ids.find({parts[i].data(), parts[i].size() + parts[i + 1].size()});
      if (found == ids.end()) continue;
      if (best == parts.size() || pieces[found->second].score > score) {
        best = i;
        score = pieces[found->second].score;
      }
    }
    if (best == parts.size()) break;
    parts[best] = {parts[best].data(), parts[best].size() + parts[best + 1].size()};
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<std::int32_t> out;
  for (const std::string_view part : parts) {
    const auto found = ids.find(part);
    const auto id = found == ids.end() ? 0 : static_cast<std::int32_t>(found->second);
    if (id != 0 || out.empty() || out.back() != 0) out.push_back(id);
  }
  return out;
}

TEST(SentencePieceBpe, RandomModelsAndTextsEqualTheDefinition) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    const auto below = [&](int n) { return static_cast<int>(rng.uniform(draw++) * static_cast<float>(n)); };
    std::vector<std::string> texts{"a", "b", std::string(kMark)};
    for (int i = 0; i < 30; ++i) {
      const std::string& left = texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
      const std::string& right = texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
      if (left.size() + right.size() < 24) texts.push_back(left + right);
    }
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    std::vector<SentencePiece> pieces{{"<unk>", 0, Type::kUnknown}};
    const int kinds = seed % 2 == 0 ? 1000 : 6;  // few: many ties
    for (const std::string& text : texts) pieces.push_back({text, -static_cast<float>(below(kinds))});
    const SentencePieceBpe model(pieces, false, "model");
    for (int round = 0; round < 12; ++round) {
      std::string text;
      const int size = round < 10 ? below(60) : 400;  // beyond one window
      for (int i = 0; i < size; ++i) {
        const int kind = below(12);
        text += kind == 0 ? std::string(kMark) : kind == 1 ? "x" : kind < 8 ? "a" : "b";
      }
      std::vector<std::int32_t> ids;
      for (const ModelToken& token : tokens_of(model, text)) ids.push_back(token.id);
      ASSERT_EQ(ids, dull_bpe(pieces, text)) << seed << ": " << text;
    }
  }
}

TEST(SentencePieceBpe, CutsBeforeAMarkIfNoPieceGoesOverIt) {
  const std::string over = "a" + std::string(kMark), two = std::string(kMark) + std::string(kMark);
  const auto cuts = [](std::vector<SentencePiece> pieces) {
    pieces.push_back({"a", 0});
    return SentencePieceBpe(with_unknown(std::move(pieces)), false, "model").goes_on_before(kMark);
  };
  EXPECT_TRUE(cuts({{kMark, 0}, {two, -1}}));
  EXPECT_FALSE(cuts({{kMark, 0}, {over, -1}}));
  EXPECT_FALSE(cuts({{two, -1}}));
}

}  // namespace
}  // namespace sememe
