#include "tokenize/added_tokens.h"

#include <gtest/gtest.h>

#include "tokenize/models/wordpiece.h"
#include "tokenize/normalizers/text_normalizers.h"

namespace sememe {
namespace {

WordPiece model() {
  Vocabulary::Builder builder("v");
  builder.add("[UNK]", 0);
  builder.add("foo", 1);
  builder.add("far", 9);  // ids may have holes
  return WordPiece(builder.build(), {}, "v");
}

AddedToken token(std::string content, bool single_word = false, bool lstrip = false, bool rstrip = false) {
  return {std::move(content), single_word, lstrip, rstrip, false, false};
}

/// Parts with bars between, added tokens in brackets.
std::string raw_parts(const std::vector<AddedToken>& tokens, std::string_view text) {
  const AddedTokens added(tokens, model(), nullptr);
  std::vector<AddedTokens::Part> parts;
  added.split_raw(text, false, parts);
  std::string out;
  for (const auto& part : parts) {
    const std::string_view bytes =
        text.substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.end - part.begin));
    out.append(out.empty() ? "" : "|").append(part.id ? "<" : "").append(bytes).append(part.id ? ">" : "");
  }
  return out;
}

TEST(AddedTokens, LeftmostThenLongestMatchWins) {
  EXPECT_EQ(raw_parts({token("ab"), token("abc"), token("bcd")}, "xabcdab"), "x|<abc>|d|<ab>");
  EXPECT_EQ(raw_parts({token("abcd"), token("bc")}, "abcx"), "a|<bc>|x") << "a match begun in vain";
  EXPECT_EQ(raw_parts({}, "abc"), "abc");
  EXPECT_EQ(raw_parts({token("ab")}, ""), "");
  EXPECT_EQ(raw_parts({token("ab"), token("c")}, "ababc"), "<ab>|<ab>|<c>");
}

TEST(AddedTokens, SingleWordNeedsNoWordCharacterBesides) {
  const std::vector<AddedToken> tokens = {token("ab", true)};
  EXPECT_EQ(raw_parts(tokens, "ab cab abc (ab) \u00E9ab"), "<ab>| cab abc (|<ab>|) \u00E9ab");
  EXPECT_EQ(raw_parts(tokens, "abab"), "abab");
}

TEST(AddedTokens, StripsTakeWhitespaceAlongButNotTwice) {
  EXPECT_EQ(raw_parts({token("ab", false, true)}, "x \u3000ab y"), "x|< \u3000ab>| y");
  EXPECT_EQ(raw_parts({token("ab", false, false, true)}, "x ab \n y"), "x |<ab \n >|y");
  EXPECT_EQ(raw_parts({token("ab", false, true, true)}, "ab  ab"), "<ab  >|<ab>");
}

TEST(AddedTokens, IdsAreTheModelsOrFollowItsSize) {
  const AddedTokens added({token("foo"), token("new"), token("far"), token("other"), token("new"), token("")}, model(),
                          nullptr);
  EXPECT_EQ(added.id("foo"), 1);
  EXPECT_EQ(added.id("far"), 9);
  EXPECT_EQ(added.id("new"), 3) << "counted from the model's three tokens";
  EXPECT_EQ(added.id("other"), 4);
  EXPECT_EQ(added.id("nothing"), std::nullopt);
  EXPECT_EQ(added.size(), 4);
  EXPECT_EQ(added.beyond_model(), 2);
  EXPECT_EQ(added.max_id(), 9);
}

TEST(AddedTokens, NormalizedTokensAreFoundAndShownInTheirNormalizedForm) {
  AddedToken shouted = token("SHOUT");
  shouted.normalized = true;
  shouted.special = true;
  const Lowercase lowercase;
  const AddedTokens added({shouted, token("[X]")}, model(), &lowercase);
  EXPECT_TRUE(added.any_normalized());
  std::vector<AddedTokens::Part> parts;
  added.split_raw("SHOUT shout", false, parts);
  EXPECT_EQ(parts.size(), 1U);
  parts.clear();
  added.split_normalized("a shout [X]", false, parts);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[1].id, added.id("SHOUT"));
  const auto* const entry = added.find(*added.id("SHOUT"));
  EXPECT_EQ(entry->text, "shout");
  EXPECT_FALSE(entry->special) << "the reference knows special tokens by their own spelling";
}

TEST(AddedTokens, ATokenGivenAgainChangesItsSwitches) {
  AddedToken special = token("new");
  special.special = true;
  const AddedTokens added({token("new", true), special}, model(), nullptr);
  EXPECT_TRUE(added.find(*added.id("new"))->special);
  EXPECT_FALSE(added.find(*added.id("new"))->token.single_word);
}

}  // namespace
}  // namespace sememe
