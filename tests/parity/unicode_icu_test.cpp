// Every code point against ICU, where it is installed. Its version of Unicode is another than those that are followed
// here: properties are compared for the characters that both have.
#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <string>
#include <vector>

#include "io/utf8.h"
#include "unicode/normal_form.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

/// Unicode version in which c came, times ten; 0 if ICU does not know it.
int age(char32_t c) {
  UVersionInfo version;
  u_charAge(static_cast<UChar32>(c), version);
  return version[0] * 10 + version[1];
}

template <class Check>
void for_each_code_point(Check check) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) check(c);
  }
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

void compare_normal_form(NormalForm form, const icu::Normalizer2* icu_form) {
  std::vector<NormalizedCharacter> characters;
  int compared = 0;
  for_each_code_point([&](char32_t c) {
    const int version = age(c);
    if (version > 90) return;  // of the younger, those of 9.0 are left alone
    std::string text;
    append_utf8(text, c);
    normal_form(text, form, characters);
    std::string out;
    for (const NormalizedCharacter& item : characters) append_utf8(out, item.value);
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString expected = icu_form->normalize(icu::UnicodeString(static_cast<UChar32>(c)), error);
    ASSERT_TRUE(U_SUCCESS(error));
    ASSERT_EQ(out, utf8(expected)) << std::hex << static_cast<std::uint32_t>(c);
    ++compared;
  });
  EXPECT_GT(compared, 1000000);
}

TEST(UnicodeIcu, NormalFormsOfEveryCodePointAreEqual) {
  UErrorCode error = U_ZERO_ERROR;
  compare_normal_form(NormalForm::kNfc, icu::Normalizer2::getNFCInstance(error));
  compare_normal_form(NormalForm::kNfd, icu::Normalizer2::getNFDInstance(error));
  compare_normal_form(NormalForm::kNfkc, icu::Normalizer2::getNFKCInstance(error));
  compare_normal_form(NormalForm::kNfkd, icu::Normalizer2::getNFKDInstance(error));
  ASSERT_TRUE(U_SUCCESS(error));
}

TEST(UnicodeIcu, LowerCaseOfEveryCodePointIsEqual) {
  int compared = 0;
  for_each_code_point([&](char32_t c) {
    if (age(c) == 0) return;
    const unicode::Expansion lower = unicode::lower(c);
    const char32_t simple = c == 0x130 ? U'i' : static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    // These have lower cases since Unicode 16.0 and 17.0.
    const bool younger = c == 0xA7CB || c == 0xA7D2 || c == 0xA7D4 || c == 0xA7DC;
    if (!younger) {
      ASSERT_EQ(lower.values[0], simple) << std::hex << static_cast<std::uint32_t>(c);
    }
    ++compared;
  });
  EXPECT_GT(compared, 280000);
}

TEST(UnicodeIcu, CategoriesOfTheCharactersThatIcuKnowsAreEqual) {
  using enum unicode::Category;
  constexpr unicode::Category kOfIcu[] = {kCn, kLu, kLl, kLt, kLm, kLo, kMn, kMe, kMc, kNd, kNl, kNo, kZs, kZl, kZp,
                                          kCc, kCf, kCo, kCs, kPd, kPs, kPe, kPc, kPo, kSm, kSc, kSk, kSo, kPi, kPf};
  int compared = 0;
  for_each_code_point([&](char32_t c) {
    const int icu = u_charType(static_cast<UChar32>(c));
    if (icu == U_UNASSIGNED || c == 0x1171E) return;  // U+1171E became Mc in 16.0
    ASSERT_EQ(static_cast<int>(unicode::category(c)), static_cast<int>(kOfIcu[icu]))
        << std::hex << static_cast<std::uint32_t>(c);
    ++compared;
  });
  EXPECT_GT(compared, 280000);
}

TEST(UnicodeIcu, WhitespaceAndCombiningClassesAreEqual) {
  for_each_code_point([&](char32_t c) {
    const auto icu = static_cast<UChar32>(c);
    ASSERT_EQ(unicode::has(c, unicode::kWhitespace), u_isUWhiteSpace(icu) != 0);
    if (age(c) <= 90) {
      ASSERT_EQ(unicode::properties(c).combining_class, u_getCombiningClass(icu))
          << std::hex << static_cast<std::uint32_t>(c);
    }
  });
}

}  // namespace
}  // namespace sememe
