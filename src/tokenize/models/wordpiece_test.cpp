#include "tokenize/models/wordpiece.h"

#include <gtest/gtest.h>

#include "sememe/error.h"

namespace sememe {
namespace {

Vocabulary vocabulary(std::initializer_list<std::pair<const char*, std::int64_t>> tokens) {
  Vocabulary::Builder builder("vocab.txt");
  for (const auto& [token, id] : tokens) builder.add(token, id);
  return builder.build();
}

std::string error_of(std::initializer_list<std::pair<const char*, std::int64_t>> tokens) {
  try {
    vocabulary(tokens);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
  return "no error";
}

TEST(Vocabulary, FindsTokensAndIdsWhereverTheyAre) {
  const Vocabulary v = vocabulary({{"b", 7}, {"", 0}, {"\u00E9t\u00E9", 2000000000}, {"ab", 1}});
  EXPECT_EQ(v.size(), 4);
  EXPECT_EQ(v.max_id(), 2000000000);
  EXPECT_EQ(v.find("ab"), 1);
  EXPECT_EQ(v.find(""), 0);
  EXPECT_EQ(v.find("\u00E9t\u00E9"), 2000000000);
  EXPECT_EQ(v.find("a"), Vocabulary::kNone);
  EXPECT_EQ(v.token(7), "b");
  EXPECT_EQ(v.token(1), "ab");
  EXPECT_EQ(v.token(2), std::nullopt);
  EXPECT_EQ(v.token(-1), std::nullopt);
  EXPECT_EQ(Vocabulary().find("a"), Vocabulary::kNone);
}

TEST(Vocabulary, ManyTokensAreAllFound) {
  Vocabulary::Builder builder("v");
  for (int i = 0; i < 20000; ++i) builder.add("t" + std::to_string(i), i);
  const Vocabulary v = builder.build();
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(v.find("t" + std::to_string(i)), i);
  EXPECT_EQ(v.find("t20000"), Vocabulary::kNone);
}

TEST(Vocabulary, IdsAndTokensMustBeUniqueAndInRange) {
  EXPECT_NE(error_of({{"a", -1}}).find("vocab.txt: id of 'a'"), std::string::npos);
  EXPECT_NE(error_of({{"a", 2147483647}}).find("found 2147483647"), std::string::npos);
  EXPECT_NE(error_of({{"a", 1}, {"b", 1}}).find("id 1 is given to both"), std::string::npos);
  EXPECT_NE(error_of({{"a", 1}, {"a", 2}}).find("'a' is there twice"), std::string::npos);
  EXPECT_EQ(error_of({{"a", 2147483646}}), "no error");
}

/// "id(begin-end)" of each token.
std::string tokens(const WordPiece& model, std::string_view piece) {
  std::vector<ModelToken> list;
  model.tokenize(piece, nullptr, list);
  std::string out;
  for (const ModelToken& token : list) {
    out += (out.empty() ? "" : " ") + std::to_string(token.id) + '(' + std::to_string(token.begin) + '-' +
           std::to_string(token.end) + ')';
  }
  return out;
}

WordPiece model(std::int64_t max_input_chars = 100, const char* prefix = "##") {
  return WordPiece(vocabulary({{"[UNK]", 0},
                               {"un", 1},
                               {"##aff", 2},
                               {"##able", 3},
                               {"##a", 4},
                               {"unaff", 5},
                               {"\u00E9", 6},
                               {"##\u00E9", 7},
                               {"@@x", 8},
                               {"##", 9},
                               {"u", 10}}),
                   {"[UNK]", prefix, max_input_chars}, "tokenizer.json: model");
}

TEST(WordPiece, TakesTheLongestTokenFromTheLeft) {
  EXPECT_EQ(tokens(model(), "unaffable"), "5(0-5) 3(5-9)");
  EXPECT_EQ(tokens(model(), "unable"), "1(0-2) 3(2-6)");
  EXPECT_EQ(tokens(model(), "una\u00E9"), "1(0-2) 4(2-3) 7(3-5)");
  EXPECT_EQ(tokens(model(), "un"), "1(0-2)");
}

TEST(WordPiece, UnknownWordIsOneUnkNotOnePerCharacter) {
  EXPECT_EQ(tokens(model(), "unqqq"), "0(0-5)");
  EXPECT_EQ(tokens(model(), "\u00E8"), "0(0-2)") << "same first byte as a token";
}

TEST(WordPiece, LengthIsCountedInCharacters) {
  EXPECT_EQ(tokens(model(2), "\u00E9\u00E9"), "6(0-2) 7(2-4)");
  EXPECT_EQ(tokens(model(2), "unaff"), "0(0-5)") << "too long, even though it is a token";
  EXPECT_EQ(tokens(model(0), "u"), "0(0-1)");
}

TEST(WordPiece, PrefixIsTheOneOfTheFile) {
  EXPECT_EQ(tokens(model(100, "@@"), "unx"), "1(0-2) 8(2-3)");
  EXPECT_EQ(tokens(model(100, "@@"), "una"), "0(0-3)");
  EXPECT_EQ(tokens(model(100, ""), "unu"), "1(0-2) 10(2-3)");
}

TEST(WordPiece, AWordMayBeSpelledAsAContinuation) { EXPECT_EQ(tokens(model(), "##able"), "3(0-6)"); }

TEST(WordPiece, UnknownTokenMustBeInTheVocabulary) {
  try {
    WordPiece(vocabulary({{"a", 0}}), {"[UNK]", "##", 100}, "tokenizer.json: model");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_STREQ(error.what(), "tokenizer.json: model: the unknown token '[UNK]' is not in the vocabulary");
  }
}

TEST(WordPiece, LongTokensWithLongWordsAreRefused) {
  Vocabulary::Builder builder("v");
  builder.add("[UNK]", 0);
  builder.add(std::string(2000, 'a'), 1);
  EXPECT_THROW(WordPiece(builder.build(), {"[UNK]", "##", 1000000}, "v"), Error);
}

}  // namespace
}  // namespace sememe
