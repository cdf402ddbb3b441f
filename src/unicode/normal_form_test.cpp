#include "unicode/normal_form.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "io/utf8.h"
#include "unicode/ascii.h"

namespace sememe {
namespace {

std::string utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

std::string in_form(NormalForm form, std::string_view text) {
  std::vector<NormalizedCharacter> characters;
  normal_form(text, form, characters);
  std::string out;
  for (const NormalizedCharacter& item : characters) append_utf8(out, item.value);
  return out;
}

constexpr NormalForm kForms[] = {NormalForm::kNfd, NormalForm::kNfc, NormalForm::kNfkd, NormalForm::kNfkc};

std::u32string decomposed(std::u32string_view text) {
  std::u32string out;
  std::vector<NormalizedCharacter> characters;
  normal_form(utf8(text), NormalForm::kNfd, characters);
  for (const NormalizedCharacter& item : characters) out.push_back(item.value);
  return out;
}

std::u32string composed(std::u32string_view text) {
  std::u32string out;
  std::vector<NormalizedCharacter> characters;
  normal_form(utf8(text), NormalForm::kNfc, characters);
  for (const NormalizedCharacter& item : characters) out.push_back(item.value);
  return out;
}

TEST(NormalForm, MarksAreOrderedByCombiningClassAndKeepTheirOrderWithin) {
  EXPECT_EQ(decomposed(U"e\u0301\u0323\u0300"), U"e\u0323\u0301\u0300");
  EXPECT_EQ(decomposed(U"\u302E\u0327"), U"\u0327\u302E") << "without a starter, too";
  EXPECT_EQ(decomposed(U"\u1E69"), U"s\u0323\u0307");
  EXPECT_EQ(decomposed(U"\u0344x"), U"\u0308\u0301x");
  EXPECT_EQ(decomposed(U"\uAC01"), U"\u1100\u1161\u11A8");
}

TEST(NormalForm, LongRunsOfMarksAreOrderedAsShortOnes) {
  std::u32string text = U"e", marks230, marks220;
  for (int i = 0; i < 1000; ++i) {
    text += i % 2 == 0 ? U'\u0301' : U'\u0323';
    (i % 2 == 0 ? marks230 : marks220) += i % 2 == 0 ? U'\u0301' : U'\u0323';
  }
  EXPECT_EQ(decomposed(text), U"e" + marks220 + marks230);
}

TEST(NormalForm, CompositionIsBlockedByMarksBetween) {
  EXPECT_EQ(composed(U"e\u0301"), U"\u00E9");
  EXPECT_EQ(composed(U"e\u0323\u0301"), U"\u1EB9\u0301");
  EXPECT_EQ(composed(U"e\u0334\u0301"), U"\u00E9\u0334");
  EXPECT_EQ(composed(U"e\u0300\u0301"), U"\u00E8\u0301");
  EXPECT_EQ(composed(U"e\u0346\u0301"), U"e\u0346\u0301") << "one of the same class stands between";
  EXPECT_EQ(composed(U"\u1100\u1161\u11A8"), U"\uAC01");
  EXPECT_EQ(composed(U"\u1100\u0301\u1161"), U"\u1100\u0301\u1161");
  EXPECT_EQ(composed(U"\u0915\u093C"), U"\u0915\u093C") << "excluded from composition";
}

TEST(NormalForm, ChangesTellWhatEachCharacterStandsFor) {
  std::vector<NormalizedCharacter> characters;
  normal_form(utf8(U"\u00E9e\u0302\u0301\uFB03"), NormalForm::kNfkc, characters);
  std::string changes;
  for (const NormalizedCharacter& item : characters) changes += std::to_string(item.change) + " ";
  EXPECT_EQ(changes, "0 -2 0 1 1 ");
}

TEST(NormalForm, OnlyUnsettledPartsHaveToBeChanged) {
  constexpr std::u32string_view kAlphabet =
      U"aAe \u0301\u0323\u0327\u0345\u0334\u00E9\u1E69\u0344\u0958\u093C\u0915\u09C7\u09BE\u09D7\u0F73\u0F71\u0F72"
      U"\u1100\u1161\u11A8\uAC00\uAC01\u302E\u3099\u304B\uFF76\uFF9E\uFB03\u00BD\u2126\u212B\U0001D15E\U0001D165\u4E2D"
      U"\uF900\u1FED\u00A8<\u0338";
  std::mt19937 random(3);
  int parts = 0;
  for (int i = 0; i < 60000; ++i) {
    std::u32string text;
    for (auto n = random() % 12; n > 0; --n) text += kAlphabet[random() % kAlphabet.size()];
    const std::string bytes = utf8(text);
    for (const NormalForm form : kForms) {
      std::string pieced;
      std::size_t at = 0;
      while (const auto part = next_unsettled(bytes, at, unsettled_flags(form))) {
        ASSERT_LT(part->begin, part->end);
        pieced +=
            bytes.substr(at, part->begin - at) + in_form(form, bytes.substr(part->begin, part->end - part->begin));
        at = part->end;
        ++parts;
      }
      ASSERT_EQ(pieced + bytes.substr(at), in_form(form, bytes)) << bytes;
    }
  }
  EXPECT_GT(parts, 60000);
}

TEST(Ascii, RunsEndWhereTheyShould) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (unsigned stop = 0; stop < 256; ++stop) {
      for (const char fill : {' ', '~', 'a'}) {
        const std::string text = std::string(length, fill) + static_cast<char>(stop) + std::string(11, 'b');
        for (std::size_t from = 0; from <= length; from += 5) {
          ASSERT_EQ(ascii_end(text, from), stop < 0x80 ? text.size() : length);
          ASSERT_EQ(printable_ascii_end(text, from), stop >= 0x20 && stop < 0x7F ? text.size() : length);
        }
      }
    }
  }
  std::string text = "aZ\u00C9[@`{A";
  EXPECT_TRUE(has_upper_ascii(text));
  lower_ascii(text);
  EXPECT_EQ(text, "az\u00C9[@`{a");
  EXPECT_FALSE(has_upper_ascii(text));
}

}  // namespace
}  // namespace sememe
