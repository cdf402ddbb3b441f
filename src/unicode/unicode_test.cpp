#include "unicode/unicode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "io/utf8.h"
#include "unicode/normal_form.h"

namespace sememe {
namespace {

std::string utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

std::u32string in_form(NormalForm form, std::u32string_view text) {
  std::vector<NormalizedCharacter> characters;
  normal_form(utf8(text), form, characters);
  std::u32string out;
  for (const NormalizedCharacter& item : characters) out.push_back(item.value);
  return out;
}

std::u32string decomposed(std::u32string_view text) { return in_form(NormalForm::kNfd, text); }
std::u32string composed(std::u32string_view text) { return in_form(NormalForm::kNfc, text); }

/// What a property makes of a code point: nothing, or the words that the reference file hashes.
using Words = std::vector<std::uint32_t>;
using Property = std::function<Words(char32_t)>;

Property flag(int wanted) {
  return [wanted](char32_t c) { return unicode::has(c, wanted) ? Words{c} : Words{}; };
}

Property mapping(std::function<std::u32string(char32_t)> map) {
  return [map](char32_t c) {
    const std::u32string to = map(c);
    if (to == std::u32string(1, c)) return Words{};
    Words out{c};
    out.insert(out.end(), to.begin(), to.end());
    return out;
  };
}

TEST(Unicode, EveryCodePointIsWhatTheReferenceMakesOfIt) {
  const std::map<std::string, Property> properties = {
      {"whitespace", flag(unicode::kWhitespace)},
      {"other", flag(unicode::kOther)},
      {"punctuation", flag(unicode::kPunctuation)},
      {"nonspacing_mark",
       [](char32_t c) {
         for (const char32_t part : decomposed(std::u32string(1, c))) {
           if (!unicode::has(part, unicode::kNonspacingMark)) return Words{};
         }
         return Words{c};
       }},
      {"combining", flag(unicode::kCombining)},
      {"numeric", flag(unicode::kNumeric)},
      {"word", flag(unicode::kWord)},
      {"ideograph", flag(unicode::kIdeograph)},
      {"regex_space", flag(unicode::kWhitespace)},
      {"regex_word", flag(unicode::kRegexWord)},
      {"category",
       [](char32_t c) {
         return Words{c, static_cast<std::uint32_t>(unicode::category(c))};
       }},
      {"script",
       [](char32_t c) {
         return unicode::script(c) == unicode::kAnyScript ? Words{} : Words{c, unicode::script(c)};
       }},
      {"nfd", mapping([](char32_t c) { return decomposed(std::u32string(1, c)); })},
      {"nfd", mapping([](char32_t c) { return decomposed(std::u32string(1, c)); })},
      {"nfc", mapping([](char32_t c) { return composed(std::u32string(1, c)); })},
      {"nfkd", mapping([](char32_t c) { return in_form(NormalForm::kNfkd, std::u32string(1, c)); })},
      {"nfkc", mapping([](char32_t c) { return in_form(NormalForm::kNfkc, std::u32string(1, c)); })},
      {"lower", mapping([](char32_t c) {
         const unicode::Expansion to = unicode::lower(c);
         return std::u32string(to.values, static_cast<std::size_t>(to.size));
       })},
  };
  std::map<std::string, std::string> expected;  // "property block" to "count hash"
  std::ifstream file(SEMEME_SOURCE_DIR "/src/unicode/reference.txt");
  ASSERT_TRUE(file) << "reference.txt is missing";
  for (std::string name, block, count, hash; file >> name >> block >> count >> hash;) {
    expected[name + " " + block] = count + " " + hash;
  }
  EXPECT_EQ(expected.size(), 586U);
  for (const auto& [name, property] : properties) {
    for (std::uint32_t block = 0; block < 0x110; ++block) {
      std::uint64_t hash = 0xCBF29CE484222325;
      int count = 0;
      for (char32_t c = block << 12; c < (block + 1) << 12; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        const Words words = property(c);
        count += words.empty() ? 0 : 1;
        for (const std::uint32_t word : words) {
          for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (word >> shift & 0xFF)) * 0x100000001B3;
        }
      }
      std::ostringstream key, value;
      key << name << ' ' << std::hex << block;
      value << count << ' ' << std::hex;
      value.fill('0');
      value.width(16);
      value << hash;
      const auto at = expected.find(key.str());
      EXPECT_EQ(count == 0 ? "" : value.str(), at == expected.end() ? "" : at->second) << key.str();
    }
  }
}

TEST(Unicode, MarksAreOrderedByCombiningClassAndKeepTheirOrderWithin) {
  EXPECT_EQ(decomposed(U"e\u0301\u0323\u0300"), U"e\u0323\u0301\u0300");
  EXPECT_EQ(decomposed(U"\u302E\u0327"), U"\u0327\u302E") << "without a starter, too";
  EXPECT_EQ(decomposed(U"\u1E69"), U"s\u0323\u0307");
  EXPECT_EQ(decomposed(U"\u0344x"), U"\u0308\u0301x");
  EXPECT_EQ(decomposed(U"\uAC01"), U"\u1100\u1161\u11A8");
}

TEST(Unicode, LongRunsOfMarksAreOrderedAsShortOnes) {
  std::u32string text = U"e", marks230, marks220;
  for (int i = 0; i < 1000; ++i) {
    text += i % 2 == 0 ? U'\u0301' : U'\u0323';
    (i % 2 == 0 ? marks230 : marks220) += i % 2 == 0 ? U'\u0301' : U'\u0323';
  }
  EXPECT_EQ(decomposed(text), U"e" + marks220 + marks230);
}

TEST(Unicode, CompositionIsBlockedByMarksBetween) {
  EXPECT_EQ(composed(U"e\u0301"), U"\u00E9");
  EXPECT_EQ(composed(U"e\u0323\u0301"), U"\u1EB9\u0301");
  EXPECT_EQ(composed(U"e\u0334\u0301"), U"\u00E9\u0334");
  EXPECT_EQ(composed(U"e\u0300\u0301"), U"\u00E8\u0301");
  EXPECT_EQ(composed(U"\u1100\u1161\u11A8"), U"\uAC01");
  EXPECT_EQ(composed(U"\u1100\u0301\u1161"), U"\u1100\u0301\u1161");
  EXPECT_EQ(composed(U"\u0915\u093C"), U"\u0915\u093C") << "excluded from composition";
}

}  // namespace
}  // namespace sememe
