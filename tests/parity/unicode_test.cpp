// The Unicode Consortium's test suites. They are of version 12.0; normal forms here are those of 9.0, graphemes
// of 17.0.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "io/utf8.h"
#include "support/shared_data.h"
#include "unicode/grapheme.h"
#include "unicode/normal_form.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

/// "0044 0323" as UTF-8.
std::string from_hex(const std::string& field) {
  std::istringstream in(field);
  std::string out;
  for (std::uint32_t c = 0; in >> std::hex >> c;) append_utf8(out, c);
  return out;
}

std::string in_form(NormalForm form, const std::string& text) {
  std::vector<NormalizedCharacter> characters;
  normal_form(text, form, characters);
  std::string out;
  for (const NormalizedCharacter& item : characters) append_utf8(out, item.value);
  return out;
}

/// Characters of the suite that came after Unicode 9.0, the version of the normal forms (DerivedAge.txt).
constexpr std::pair<char32_t, char32_t> kYounger[] = {
    {0x7FD, 0x7FD},     {0x8D3, 0x8D3},     {0x9FE, 0x9FE},     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},
    {0x1DF6, 0x1DF9},   {0x10D24, 0x10D27}, {0x10F46, 0x10F50}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E},
    {0x11839, 0x1183A}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99},
    {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x1E130, 0x1E136}, {0x1E2EC, 0x1E2EF},
    {0x1F16C, 0x1F16C}};

bool is_younger(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    at += static_cast<std::size_t>(c.length);
    for (const auto& [first, last] : kYounger) {
      if (c.value >= first && c.value <= last) return true;
    }
  }
  return false;
}

TEST(UnicodeSuite, NormalFormsAreThoseOfNormalizationTest) {
  const fs::path path = test::shared_data("unicode/NormalizationTest.txt");
  SEMEME_SKIP_WITHOUT(path);
  std::ifstream file(path);
  int lines = 0, skipped = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line[0] == '@') continue;
    std::vector<std::string> columns;
    std::istringstream in(line);
    for (std::string field; columns.size() < 5 && std::getline(in, field, ';');) columns.push_back(from_hex(field));
    if (is_younger(columns[0])) {
      ++skipped;
      continue;
    }
    const auto& [c1, c2, c3, c4, c5] = std::tie(columns[0], columns[1], columns[2], columns[3], columns[4]);
    for (const std::string* c : {&c1, &c2, &c3}) {
      ASSERT_EQ(in_form(NormalForm::kNfc, *c), c2) << line;
      ASSERT_EQ(in_form(NormalForm::kNfd, *c), c3) << line;
    }
    for (const std::string* c : {&c4, &c5}) {
      ASSERT_EQ(in_form(NormalForm::kNfc, *c), c4) << line;
      ASSERT_EQ(in_form(NormalForm::kNfd, *c), c5) << line;
    }
    for (const std::string& c : columns) {
      ASSERT_EQ(in_form(NormalForm::kNfkc, c), c4) << line;
      ASSERT_EQ(in_form(NormalForm::kNfkd, c), c5) << line;
    }
    ++lines;
  }
  EXPECT_GT(lines, 18000);
  EXPECT_LT(skipped, 200);
}

TEST(UnicodeSuite, GraphemesAreThoseOfGraphemeBreakTest) {
  const fs::path path = test::shared_data("unicode/auxiliary/GraphemeBreakTest.txt");
  SEMEME_SKIP_WITHOUT(path);
  std::ifstream file(path);
  int lines = 0;
  for (std::string line; std::getline(file, line);) {
    line = line.substr(0, line.find('#'));
    std::string text;
    std::vector<std::size_t> expected, found;
    std::istringstream in(line);
    for (std::string word; in >> word;) {
      if (word == "\u00F7") {
        if (!text.empty()) expected.push_back(text.size());
      } else if (word != "\u00D7") {
        text += from_hex(word);
      }
    }
    if (text.empty() || text.find("\xED\xA0\x80") != std::string::npos) continue;  // lone surrogates are no text
    if (text.find("\u2701") != std::string::npos) continue;  // no pictograph any more since Emoji 16
    for (std::size_t at = 0; at < text.size();) found.push_back(at = grapheme_end(text, at));
    EXPECT_EQ(found, expected) << line;
    ++lines;
  }
  EXPECT_GE(lines, 600);
}

}  // namespace
}  // namespace sememe
