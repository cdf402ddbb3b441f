#include "tokenizer_train/seed_pieces.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sememe {
namespace {

TEST(SeedPieces, RepeatedSubstringsStandByOccurrencesTimesLength) {
  const std::vector<CountedWord> words = {{"xab", 10}, {"yab", 1}, {"cdep", 1}, {"cdeq", 1}};
  std::vector<std::string> longer;
  for (const ScoredPiece& piece : seed_pieces(words, 100, 16))
    if (piece.text.size() > 1) longer.push_back(piece.text);
  // 10 * 3, 11 * 2, 2 * 3 and 2 * 2; "cd" has an "e" behind it wherever it stands.
  EXPECT_EQ(longer, (std::vector<std::string>{"xab", "ab", "cde", "de"}));
}

}  // namespace
}  // namespace sememe
