#include "unicode/unicode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "io/utf8.h"
#include "unicode/grapheme.h"
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

Property set(std::function<bool(char32_t)> contains) {
  return [contains](char32_t c) { return contains(c) ? Words{c} : Words{}; };
}

bool joins(char32_t first, char32_t second) {
  const std::string text = utf8(std::u32string{first, second});
  return grapheme_end(text, 0) == text.size();
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
      {"joins_a_letter", set([](char32_t c) { return joins(U'a', c); })},
      {"joins_before", set([](char32_t c) { return joins(c, U'a'); })},
      {"joins_a_prepend", set([](char32_t c) { return c < 0x10000 && joins(0x600, c); })},
      {"joins_a_joiner", set([](char32_t c) {
         const std::string text = utf8(std::u32string{0xA9, 0x200D, c});
         return grapheme_end(text, 0) == text.size();
       })},
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
  EXPECT_EQ(expected.size(), 636U);
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

}  // namespace
}  // namespace sememe
