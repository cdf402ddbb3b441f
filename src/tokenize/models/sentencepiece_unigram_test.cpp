#include "tokenize/models/sentencepiece_unigram.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "base/rng.h"
#include "io/test_files.h"
#include "tokenize/formats/test_models.h"

namespace sememe {
namespace {

using test::cut;
using test::with_unknown;

using Type = SentencePiece::Type;
constexpr std::string_view kMark = "\xE2\x96\x81";

TEST(SentencePieceUnigram, TheLargestSumWins) {
  const SentencePieceUnigram model(with_unknown({{"a", -1}, {"b", -1}, {"ab", -1.5F}, {"abc", -9}, {"c", -2}}), false,
                                   "model");
  EXPECT_EQ(cut(model, "abc"), "ab|c");
  EXPECT_EQ(cut(model, "ba"), "b|a");
  EXPECT_EQ(cut(model, ""), "");
}

TEST(SentencePieceUnigram, OfEqualSumsThePieceThatBeginsFirstIsTheLastOne) {
  const SentencePieceUnigram model(with_unknown({{"a", -1}, {"aa", -2}, {"aaa", -3}}), false, "model");
  EXPECT_EQ(cut(model, "aaa"), "aaa");
  EXPECT_EQ(cut(model, "aaaa"), "a|aaa");
}

TEST(SentencePieceUnigram, UnknownNeighboursAreOneToken) {
  const SentencePieceUnigram model(with_unknown({{"a", -1}, {"b", -1}}), false, "model");
  EXPECT_EQ(cut(model, "axyb\xC3\xA9"), "a|xy?|b|\xC3\xA9?");
}

TEST(SentencePieceUnigram, UnknownCharactersBecomeBytes) {
  std::vector<SentencePiece> pieces = with_unknown({{"a", -1}});
  for (const std::string& piece : test::byte_pieces()) pieces.push_back({piece, 0, Type::kByte});
  const SentencePieceUnigram model(pieces, true, "model");
  const auto scratch = model.make_scratch();
  std::vector<ModelToken> tokens;
  model.tokenize(
      "\xC3\xA9"
      "a",
      scratch.get(), tokens);
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(model.id_to_token(tokens[0].id), "<0xC3>");
  EXPECT_EQ(model.id_to_token(tokens[1].id), "<0xA9>");
  EXPECT_EQ(tokens[2].begin, 2);
}

TEST(SentencePieceUnigram, UserDefinedSymbolsWinAndUnusedPiecesAreNone) {
  const SentencePieceUnigram model(with_unknown({{"a", -1},
                                                 {"b", -1},
                                                 {"ab", -0.5F},
                                                 {"ba", -100, Type::kUserDefined},
                                                 {"bab", 5, Type::kUnused},
                                                 {"</s>", 0, Type::kControl}}),
                                   false, "model");
  EXPECT_EQ(cut(model, "abab"), "ab|ab");  // a symbol counts by its length
  EXPECT_EQ(cut(model, "</s>"), "</s>?");
}

TEST(SentencePieceUnigram, BrokenVocabulariesAreRefused) {
  const auto load = [](std::vector<SentencePiece> pieces, bool bytes = false) {
    return SentencePieceUnigram(pieces, bytes, "x.model");
  };
  EXPECT_FAILS(load({{"a", -1}}), kCorrupt, "x.model: no piece is the unknown one");
  EXPECT_FAILS(load(with_unknown({{"a", -1}, {"b", 0, Type::kUnknown}})), kCorrupt, "second unknown piece");
  EXPECT_FAILS(load(with_unknown({{"", -1}})), kCorrupt, "is empty");
  EXPECT_FAILS(load(with_unknown({{"a", -1}, {"a", -2}})), kCorrupt, "twice");
  EXPECT_FAILS(load(with_unknown({{"a", std::numeric_limits<float>::infinity()}})), kCorrupt, "not finite");
  EXPECT_FAILS(load(with_unknown({{"a", -1}, {"<0x41>", 0, Type::kByte}})), kCorrupt, "cannot be a byte piece");
  EXPECT_FAILS(load(with_unknown({{"a", -1}, {"<0x41>", 0, Type::kByte}}), true), kCorrupt, "256 byte pieces");
  EXPECT_FAILS(load({{"<unk>", 0, Type::kUnknown}}), kCorrupt, "without a piece of text");
  EXPECT_FAILS(load(with_unknown({{std::string_view("a\0b", 3), -1}})), kCorrupt, "NUL");
  EXPECT_FAILS(load(with_unknown({{std::string(8000, 'a'), -1}})), kUnsupported, "8000 bytes");
}

/// The lattice of the whole text, as the reference fills it.
std::vector<std::int32_t> dull_viterbi(const std::vector<SentencePiece>& pieces, std::string_view text) {
  std::unordered_map<std::string_view, std::int32_t> ids;
  float least = 0;
  std::size_t longest = 0;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    ids[pieces[i].text] = static_cast<std::int32_t>(i);
    least = std::min(least, pieces[i].score);
    longest = std::max(longest, pieces[i].text.size());
  }
  struct Node {
    float score = 0;
    std::int32_t start = -1, id = -1;
  };
  std::vector<Node> nodes(text.size() + 1);
  std::size_t frontier = 0;
  for (std::size_t start = 0; start < text.size(); ++start) {
    float score = nodes[start].score;
    if (score < -100000.0F || score > 100000.0F) {
      for (std::size_t i = start; i <= frontier; ++i) {
        if (i == start || nodes[i].start != -1) nodes[i].score -= score;
      }
      score = 0;
    }
    const auto reach = [&](std::size_t end, float sum, std::int32_t id) {
      frontier = std::max(frontier, end);
      if (nodes[end].start != -1 && !(sum > nodes[end].score)) return;
      nodes[end] = {sum, static_cast<std::int32_t>(start), id};
    };
    bool single = false;
    for (std::size_t length = 1; length <= longest && start + length <= text.size(); ++length) {
      const auto found = ids.find(text.substr(start, length));
      if (found == ids.end()) continue;
      reach(start + length, pieces[static_cast<std::size_t>(found->second)].score + score, found->second);
      single = single || length == 1;
    }
    if (!single) reach(start + 1, least - 10.0F + score, 0);
  }
  std::vector<std::int32_t> out;
  for (auto end = static_cast<std::int32_t>(text.size()); end > 0; end = nodes[static_cast<std::size_t>(end)].start) {
    const std::int32_t id = nodes[static_cast<std::size_t>(end)].id;
    if (id != 0 || out.empty() || out.back() != 0) out.push_back(id);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// All words of one to five letters of "abc" that a coin lets in, with scores that often make equal sums.
struct RandomModel {
  explicit RandomModel(std::uint64_t seed) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    std::vector<std::string> level{""};
    for (int length = 1; length <= 5; ++length) {
      std::vector<std::string> next;
      for (const std::string& prefix : level) {
        for (const char c : {'a', 'b', 'c'}) next.push_back(prefix + c);
      }
      for (const std::string& word : next) {
        if (rng.uniform(draw++) < (length == 1 ? 0.8 : 0.3)) texts.push_back(word);
      }
      level = std::move(next);
    }
    texts.emplace_back("a");
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    pieces.push_back({"<unk>", 0, Type::kUnknown});
    for (const std::string& text : texts) {
      pieces.push_back({text, -static_cast<float>(static_cast<int>(rng.uniform(draw++) * 40)) / 8 - 0.1F});
    }
  }
  std::vector<std::string> texts;
  std::vector<SentencePiece> pieces;
};

std::string random_letters(std::uint64_t seed, std::size_t size) {
  const CounterRng rng(seed, 1);
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out.push_back("abcx"[static_cast<int>(rng.uniform(i) * 3.1F)]);
  return out;
}

TEST(SentencePieceUnigram, LongTextsAreCutAsTheWholeLatticeSays) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const RandomModel random(seed);
    const SentencePieceUnigram model(random.pieces, false, "model");
    const std::string text = random_letters(seed, seed == 0 ? 200000 : 15000);  // sums beyond the reset
    const auto scratch = model.make_scratch();
    std::vector<ModelToken> tokens;
    model.tokenize(text, scratch.get(), tokens);
    std::vector<std::int32_t> ids;
    for (const ModelToken& token : tokens) ids.push_back(token.id);
    ASSERT_EQ(ids, dull_viterbi(random.pieces, text)) << seed;
  }
}

TEST(SentencePieceUnigram, AStretchWithoutADecisionNeedsALargerWindow) {
  // Two ways that never meet until the last character decides.
  const std::vector<SentencePiece> pieces =
      with_unknown({{"a", -10}, {"aa", -1}, {"b", -1}, {"c", -1}, {"ab", -1}, {"x", -1}});
  const SentencePieceUnigram model(pieces, false, "model");
  for (const std::size_t size : {20000, 20001}) {
    const std::string text = std::string(size, 'a') + "b";
    const auto scratch = model.make_scratch();
    std::vector<ModelToken> tokens;
    model.tokenize(text, scratch.get(), tokens);
    std::vector<std::int32_t> ids;
    for (const ModelToken& token : tokens) ids.push_back(token.id);
    EXPECT_EQ(ids, dull_viterbi(pieces, text));
  }
}

TEST(SentencePieceUnigram, TextMayGoOnBeforeAMarkIfNoPieceGoesOverIt) {
  const auto goes_on = [](std::vector<SentencePiece> pieces) {
    pieces.push_back({"x", -1});
    return SentencePieceUnigram(with_unknown(std::move(pieces)), false, "model").goes_on_before(kMark);
  };
  const std::string over = "a" + std::string(kMark), two = std::string(kMark) + std::string(kMark) + "a";
  EXPECT_TRUE(goes_on({{kMark, -1}, {two, -1}}));
  EXPECT_FALSE(goes_on({{kMark, -1}, {over, -1}}));
  EXPECT_FALSE(goes_on({{two, -1}}));  // an unknown mark could join what is unknown before it
}

/// Words after marks, some of which are near ties.
TEST(SentencePieceUnigram, ChunksGiveWhatTheWholeGives) {
  const std::string m(kMark);
  const std::vector<std::string> texts{m, m + "a", m + "ab", "ab", "a", "b", "ba", "c", "abc", "bc"};
  std::vector<SentencePiece> pieces{{"<unk>", 0, Type::kUnknown}};
  const float scores[] = {-3, -4, -7.001F, -5, -3, -2.5F, -5.5F, -3, -8, -5.502F};
  for (std::size_t i = 0; i < texts.size(); ++i) pieces.push_back({texts[i], scores[i]});
  const SentencePieceUnigram model(pieces, false, "model");
  ASSERT_TRUE(model.goes_on_before(kMark));
  const auto scratch = model.make_scratch();
  int passed = 0, unstable = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const CounterRng rng(seed, 2);
    std::string text;
    std::vector<std::string> chunks;
    for (std::uint64_t i = 0; i < 60000; ++i) {  // some resets of the sum
      std::string chunk = m;
      const auto length = static_cast<int>(rng.uniform(2 * i) * 5);
      for (int j = 0; j < length; ++j) {
        chunk.push_back("abc"[static_cast<int>(rng.uniform((2 * i + 1) * 8 + static_cast<std::uint64_t>(j)) * 3)]);
      }
      text += chunk;
      chunks.push_back(std::move(chunk));
    }
    std::vector<ModelToken> whole;
    model.tokenize(text, scratch.get(), whole);

    std::unordered_map<std::string, std::vector<std::int32_t>> kept;
    std::vector<std::int32_t> ids;
    std::vector<ModelToken> tokens;
    model.start_text(scratch.get());
    for (const std::string& chunk : chunks) {
      if (const auto known = kept.find(chunk); known != kept.end()) {
        if (model.pass_chunk(known->second, scratch.get())) {
          ids.insert(ids.end(), known->second.begin(), known->second.end());
          ++passed;
          continue;
        }
        ++refused;
      }
      tokens.clear();
      const bool stable = model.tokenize_chunk(chunk, scratch.get(), tokens);
      std::vector<std::int32_t> found;
      for (const ModelToken& token : tokens) found.push_back(token.id);
      ids.insert(ids.end(), found.begin(), found.end());
      if (stable) {
        kept[chunk] = std::move(found);
      } else {
        ++unstable;
      }
    }
    std::vector<std::int32_t> expected;
    for (const ModelToken& token : whole) expected.push_back(token.id);
    ASSERT_EQ(ids, expected) << seed;
  }
  EXPECT_GT(passed, 1000);
  EXPECT_GT(unstable, 1000);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace sememe
