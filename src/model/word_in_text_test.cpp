#include "model/word_in_text.h"

#include <gtest/gtest.h>

#include <string>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

std::string found(std::string_view text, std::string_view word) {
  const auto where = find_word(text, word);
  if (!where) return "none";
  return std::to_string(where->begin) + " " + std::string(text.substr(where->begin, where->end - where->begin));
}

TEST(WordInText, IsFoundAsAWholeWordInAnyCase) {
  EXPECT_EQ(found("the embankment by the river Bank", "bank"), "28 Bank");
  EXPECT_EQ(found("bank", "BANK"), "0 bank");
  EXPECT_EQ(found("banks", "bank"), "none");
  EXPECT_EQ(found("a riverbank, a bank", "bank"), "15 bank");
  EXPECT_EQ(found("the bank_holiday of banks, bank's", "bank"), "27 bank");
  EXPECT_EQ(found("\u00c9cole, \u00e9cole", "\u00e9cole"), "0 \u00c9cole");
  EXPECT_EQ(found("use c++, not c", "C++"), "4 c++");
  EXPECT_EQ(found("new york", "New York"), "0 new york");
  EXPECT_EQ(found("", "bank"), "none");
  EXPECT_EQ(found("bank", ""), "none");
}

TEST(WordInText, MeanIsOfTheTokensThatOverlapTheWord) {
  Encoding encoding;
  encoding.add(0, {0, 0}, -1);
  encoding.add(1, {0, 3}, 0);
  encoding.add(2, {3, 6}, 0);
  encoding.add(3, {7, 9}, 1);
  encoding.runs = {{.end = 1, .special = true}, {.end = 4}};
  Matrix rows(4, 1);
  for (std::int64_t i = 0; i < 4; ++i) rows.row(i)[0] = static_cast<float>(1 << i);
  EXPECT_EQ(mean_of_word(encoding, rows, {0, 6})[0], 3);
  EXPECT_EQ(mean_of_word(encoding, rows, {7, 9})[0], 8);
  EXPECT_EQ(mean_of_word(encoding, rows, {6, 7})[0], 0);
}

TEST(WordInText, DependsOnTheTextAndErrorsSayWhatIsMissing) {
  const Encoder encoder = Encoder::load(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert",
                                        {.compute = ComputeType::kFloat32, .threads = 1, .max_tokens = 6});
  const std::string piece(encoder.tokenizer().id_to_token(20).value_or(""));
  const WordInText one = word_in_text(encoder, piece + " x", piece);
  ASSERT_EQ(one.tokens, std::vector<std::string>{piece});
  const std::string kept = piece + " x";
  const std::string_view texts[] = {kept};
  const TokenEmbeddings last = encoder.encode_tokens(texts);
  for (std::size_t i = 0; i < one.vector.size(); ++i) EXPECT_EQ(one.vector[i], last.vectors.row(1)[i]);
  EXPECT_NE(word_in_text(encoder, "x " + piece, piece).vector, one.vector);
  const auto error = [&](const std::string& in, const std::string& word) {
    return test::error_of<Error>([&] { word_in_text(encoder, in, word); });
  };
  EXPECT_NE(error("x", "y").find("'y' does not stand in the text 'x'"), std::string::npos);
  EXPECT_NE(error("x", "").find("the word is empty"), std::string::npos);
  EXPECT_NE(error("x x x x x x x y", "y").find("stands after the 6 tokens"), std::string::npos);
}

}  // namespace
}  // namespace sememe
