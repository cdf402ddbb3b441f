// Tokens that are taken in parts are those that come at once.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "tokenize/models/bpe.h"
#include "tokenize/models/sentencepiece_bpe.h"
#include "tokenize/models/sentencepiece_unigram.h"
#include "tokenize/models/unigram.h"

namespace sememe {
namespace {

class Collector final : public TokenModel::Parts {
 public:
  std::vector<ModelToken> tokens;
  int takes = 0, restarts = 0;

  void take(std::vector<ModelToken>& part, std::size_t count) override {
    const auto end = part.begin() + static_cast<std::ptrdiff_t>(count);
    tokens.insert(tokens.end(), part.begin(), end);
    part.erase(part.begin(), end);
    ++takes;
  }
  void settle() override { settled_ = tokens.size(); }
  void restart() override {
    tokens.resize(settled_);
    ++restarts;
  }

 private:
  std::size_t settled_ = 0;
};

/// Characters of `alphabet`, each so often as it is there, and now and then a run of one.
std::string random_text(const std::vector<std::string>& alphabet, std::size_t size, std::uint64_t seed) {
  const CounterRng rng(seed, 0);
  std::string out;
  for (std::uint64_t draw = 0; out.size() < size; draw += 2) {
    const std::string& c = alphabet[rng.below(draw, static_cast<std::uint32_t>(alphabet.size()))];
    const std::uint32_t run = rng.below(draw + 1, 100) == 0 ? 50 : 1;
    for (std::uint32_t i = 0; i < run; ++i) out += c;
  }
  return out;
}

/// Returns how often it began anew.
int expect_same(const TokenModel& model, std::string_view piece) {
  const auto scratch = model.make_scratch();
  std::vector<ModelToken> whole, rest;
  model.tokenize(piece, scratch.get(), whole);
  Collector parts;
  model.tokenize_long(piece, scratch.get(), rest, parts);
  EXPECT_GT(parts.takes, 4);
  EXPECT_LE(rest.size(), 3 * TokenModel::kPart) << "what is left for the end";
  parts.take(rest, rest.size());
  EXPECT_EQ(parts.tokens.size(), whole.size());
  for (std::size_t i = 0; i < std::min(whole.size(), parts.tokens.size()); ++i) {
    const ModelToken &a = whole[i], &b = parts.tokens[i];
    if (a.id == b.id && a.begin == b.begin && a.end == b.end) continue;
    ADD_FAILURE() << "token " << i << " at byte " << a.begin;
    break;
  }
  return parts.restarts;
}

const std::vector<std::string> kAlphabet = {"a", "a", "b", "c", "a", "b", "\u00E9", "\u2260"};  // the last is unknown

constexpr std::size_t kMostPaired = 4096;
const std::string kRuns = "b" + std::string(777, 'c') + std::string(3 * kMostPaired + 1, 'b') + "a";

using Pairs = std::vector<std::pair<std::string, std::string>>;

Bpe make_bpe(const std::vector<std::string>& tokens, const Pairs& pairs) {
  Vocabulary::Builder builder("test");
  for (std::size_t i = 0; i < tokens.size(); ++i) builder.add(tokens[i], static_cast<std::int64_t>(i));
  Bpe::Options options;
  options.unk_token = "?";
  options.fuse_unk = true;
  Vocabulary vocabulary = builder.build();
  Bpe::Merges merges(vocabulary, "", "test");
  for (const auto& [left, right] : pairs) merges.add(left, right);
  return Bpe(std::move(vocabulary), std::move(merges), options, "test");
}

Unigram make_unigram(const std::vector<std::pair<std::string, double>>& scored, bool byte_fallback = false) {
  Unigram::Tokens tokens;
  for (const auto& [text, score] : scored) tokens.add(text, score);
  return Unigram(std::move(tokens), 0, byte_fallback, "test");
}

TEST(LongPiece, OfABpeIsTheSameInParts) {
  const Bpe bpe = make_bpe({"?", "a", "b", "c", "\u00E9", "ab", "abc", "aa", "\u00E9a"},
                           {{"a", "b"}, {"ab", "c"}, {"a", "a"}, {"\u00E9", "a"}});
  EXPECT_EQ(expect_same(bpe, random_text(kAlphabet, 300000, 1)), 0);
}

TEST(LongPiece, OfABpeMayBeginAnew) {
  // b's pair up from the left, so what the last ones become depends on how many there are.
  std::vector<std::string> tokens = {"?", "a", "c", "b"};
  Pairs merges;
  for (std::size_t size = 1; size <= kMostPaired / 2; size *= 2) tokens.emplace_back(2 * size, 'b');
  for (std::size_t i = 3; i + 1 < tokens.size(); ++i) merges.emplace_back(tokens[i], tokens[i]);
  EXPECT_GT(expect_same(make_bpe(tokens, merges), random_text({"a", "c"}, 40000, 2) + kRuns), 0);
}

TEST(LongPiece, OfAUnigramIsTheSameInParts) {
  const Unigram unigram = make_unigram({{"?", 0},
                                        {"a", -2},
                                        {"b", -2},
                                        {"c", -3.5},
                                        {"\u00E9", -4},
                                        {"ab", -3},
                                        {"abc", -4.1},
                                        {"aaa", -4},
                                        {"ca", -5}});
  expect_same(unigram, random_text(kAlphabet, 300000, 3));
}

TEST(LongPiece, OfAUnigramWhoseWaysMeetOnlyAtItsEndComesInPartsToo) {
  const Unigram unigram = make_unigram({{"?", 0}, {"a", -2}, {"aa", -3}, {"aaa", -4.4}});
  expect_same(unigram, std::string(200001, 'a'));
}

TEST(LongPiece, BytesOfUnknownCharactersComeInParts) {
  std::vector<std::pair<std::string, double>> tokens = {{"?", 0}, {"a", -2}};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    tokens.emplace_back(std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + ">", 0);
  }
  expect_same(make_unigram(tokens, true), "a" + std::string(100000, 'b') + "a");
}

const std::vector<SentencePiece> kPieces = {{"<unk>", 0, SentencePiece::Type::kUnknown},
                                            {"\u2581", -5},
                                            {"a", -6},
                                            {"b", -7},
                                            {"c", -8},
                                            {"\u00E9", -9},
                                            {"ab", -1},
                                            {"\u2581a", -1.5F},
                                            {"abc", -2},
                                            {"aa", -3},
                                            {"ca", -4}};

TEST(LongPiece, OfASentencePieceModelIsTheSameInParts) {
  const std::string word = random_text(kAlphabet, 200000, 4);
  std::string words = "\u2581" + word;
  for (std::uint64_t i = 0; i < 20000; ++i) words += "\u2581" + random_text(kAlphabet, 5, i);
  words += "\u2581" + word;
  const SentencePieceBpe bpe(kPieces, false, "test");
  const SentencePieceUnigram unigram(kPieces, false, "test");
  for (const std::string_view text : {std::string_view(word), std::string_view(words)}) {
    expect_same(bpe, text);
    expect_same(unigram, text);
  }
}

TEST(LongPiece, OfASentencePieceBpeBeginsAnewWithItsWord) {
  std::vector<SentencePiece> pieces = kPieces;
  std::vector<std::string> runs;
  for (std::size_t size = 2; size <= kMostPaired; size *= 2) runs.emplace_back(size, 'b');
  for (std::size_t i = 0; i < runs.size(); ++i) pieces.push_back({runs[i], -10.0F - static_cast<float>(i)});
  const std::string text =
      "\u2581" + random_text({"a", "c"}, 100000, 5) + "\u2581" + random_text({"a", "c"}, 70000, 6) + kRuns;
  EXPECT_GT(expect_same(SentencePieceBpe(pieces, false, "test"), text), 0);
}

}  // namespace
}  // namespace sememe
