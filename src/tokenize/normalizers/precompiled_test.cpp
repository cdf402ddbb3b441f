#include "tokenize/normalizers/precompiled.h"

#include <gtest/gtest.h>

#include <random>

#include "sememe/error.h"
#include "support/charsmap_builder.h"
#include "support/normalized.h"

namespace sememe {
namespace {

using test::normalized;

using Rules = std::map<std::string, std::string>;

Precompiled precompiled(const Rules& rules) {
  return Precompiled(Charsmap(test::CharsmapBuilder(rules).bytes(), "test"));
}

TEST(Precompiled, RulesReplaceCharacters) {
  const Precompiled normalizer = precompiled({{"\u2122", "TM"}, {"\uFF41", "a"}, {"e\u0301", "\u00E9"}});
  EXPECT_EQ(normalized(normalizer, "x\u2122\uFF41"), "xTMa|0-1 1-4 1-4 4-7");
  EXPECT_EQ(normalized(normalizer, "e\u0301e"), "\u00E9e|0-1 3-4") << "the mark belongs to nothing";
  EXPECT_EQ(normalized(normalizer, "plain"), "plain|0-1 1-2 2-3 3-4 4-5");
}

TEST(Precompiled, TheShortestRuleTakesTheWholeGraphemeUnlessThatIsLong) {
  const Precompiled normalizer = precompiled({{"a", "A"}, {"a\u0301", "\u00E1"}, {"\u0301", "'"}});
  EXPECT_EQ(normalized(normalizer, "a\u0301b"), "Ab|0-1 3-4");
  EXPECT_EQ(normalized(normalizer, "a\u0301\u0301\u0301"), "A'''|0-1 1-3 3-5 5-7");
}

TEST(Precompiled, RemovalGoesToTheCharacterBefore) {
  const Precompiled normalizer = precompiled({{"\u2122", "TM"}, {"\x1E", ""}});
  EXPECT_EQ(normalized(normalizer, "a\x1E\x1Eg"), "ag|0-1 3-4");
  EXPECT_EQ(normalized(normalizer, "\u2122\x1Eg"), "TMg|0-3 3-4 4-5") << "what was added replaces what is removed";
  EXPECT_EQ(normalized(normalizer, "\x1Egh"), "gh|0-1 1-2") << "with nothing before, all that follows is late";
  EXPECT_EQ(normalized(normalizer, "\x1E\u2122\u00E9"), "TM\u00E9|0-1 0-1 1-4");
}

TEST(Precompiled, PromisesAboutSeamsLookAtTheRules) {
  EXPECT_EQ(precompiled({{"\u2122", "TM"}, {"<\u0338", "\u226E"}}).seam_mark(" "), " ");
  EXPECT_EQ(precompiled({{"\u2122", "TM"}}).seam_mark("\u2581"), "\u2581");
  EXPECT_EQ(precompiled({{" ", "_"}}).seam_mark(" "), "") << "kept, but the next step knows nothing of it";
  EXPECT_EQ(precompiled({{" ", ""}}).seam_mark(" "), std::nullopt);
  EXPECT_EQ(precompiled({{"a", " "}}).seam_mark(" "), "");
  EXPECT_TRUE(precompiled({{"<\u0338", "\u226E"}}).keeps_punctuation_seams());
  EXPECT_FALSE(precompiled({{",\u0338", ""}}).keeps_punctuation_seams());
}

TEST(Charsmap, DamagedTablesGiveErrorsOrNoRules) {
  const std::string sound = test::CharsmapBuilder({{"a", "b"}, {"\u00E9\u0301", "xyz"}, {"\u4E2D", ""}}).bytes();
  std::mt19937 random(1);
  int loaded = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = sound;
    for (int n = 0; n < 4; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    try {
      const Precompiled normalizer(Charsmap(bytes, "test"));
      normalized(normalizer, "abc\u00E9\u0301\u4E2D\u0301 \xF0\x9F\x98\x80");
      ++loaded;
    } catch (const Error& e) {
      EXPECT_TRUE(e.code() == ErrorCode::kCorrupt || e.code() == ErrorCode::kUnsupported) << e.what();
    }
  }
  EXPECT_GT(loaded, 100);
}

}  // namespace
}  // namespace sememe
