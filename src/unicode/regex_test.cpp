#include "unicode/regex.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "sememe/error.h"

namespace sememe {
namespace {

/// The matches, in brackets where they stand.
std::string marked(const Regex& regex, std::string_view text) {
  std::string out;
  std::int32_t at = 0;
  auto matches = regex.matches(text);
  while (const auto match = matches.next()) {
    EXPECT_LE(at, match->begin);
    out.append(text.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(match->begin - at)));
    const auto length = static_cast<std::size_t>(match->end - match->begin);
    out.append("[").append(text.substr(static_cast<std::size_t>(match->begin), length)).append("]");
    at = match->end;
  }
  return out.append(text.substr(static_cast<std::size_t>(at)));
}

TEST(Regex, FindsMatchesFromLeftToRight) {
  EXPECT_EQ(marked(Regex("[0-9]+"), "a12b3"), "a[12]b[3]");
  EXPECT_EQ(marked(Regex("\\p{L}"), "\u00E9!\u6F22"), "[\u00E9]![\u6F22]");
  EXPECT_EQ(marked(Regex("x"), ""), "");
}

TEST(Regex, EmptyMatchesNeverTouchTheMatchBefore) {
  EXPECT_EQ(marked(Regex("b*"), "abb\u00E9b"), "[]a[bb]\u00E9[b]");
  EXPECT_EQ(marked(Regex(""), "a\u00E9"), "[]a[]\u00E9[]");
  EXPECT_EQ(marked(Regex("(?=a)"), "aba"), "[]ab[]a");
}

TEST(Regex, LooksBehindTheEndOfTheMatchBefore) { EXPECT_EQ(marked(Regex("a|(?<=a)b"), "abb"), "[a][b]b"); }

TEST(Regex, FindsMatchesFarFromTheStart) {
  const std::string far(1000, '.');
  EXPECT_EQ(marked(Regex("a$"), far + "\u00E9a"), far + "\u00E9[a]");
  std::string wide;
  for (int i = 0; i < 500; ++i) wide += "\u6F22";
  EXPECT_EQ(marked(Regex("a"), "." + wide + "a"), "." + wide + "[a]");
}

TEST(Regex, ACatastrophicPatternIsAnErrorAndNotAHang) {
  const std::string text = std::string(60, 'a') + "!";
  EXPECT_THROW(marked(Regex("(?:a|aa)+$"), text), Error);
}

TEST(Regex, NestedQuantifiersBecomeOne) {
  const std::string text(100'000, 'a');
  for (const char* const pattern : {"(?:a+)+$", "(?:a*)*b", "(?:(?:a?)+)*b", "a**b"}) {
    EXPECT_EQ(marked(Regex(pattern), text.substr(0, 60) + "!"), text.substr(0, 60) + "!") << pattern;
  }
  EXPECT_EQ(marked(Regex("(?:a+)?b|(?:a+)+"), "aab"), "[aab]");
}

TEST(Regex, ALongRepetitionNeedsNoStack) {
  const std::string text(5'000'000, 'a');
  const Regex regex("(?:a|b)+");
  auto found = regex.matches(text);
  EXPECT_EQ(found.next(), (Regex::Match{0, 5'000'000}));
}

// What Hugging Face tokenizers 0.23 finds; tools/oracle/check_regex.py compares many more.
TEST(Regex, ReadsOnigurumaSyntax) {
  EXPECT_EQ(marked(Regex("\\h+"), "09afGz"), "[09af]Gz");
  EXPECT_EQ(marked(Regex("^a"), "a\na"), "[a]\n[a]");
  EXPECT_EQ(marked(Regex("a$"), "a\na\n"), "[a]\n[a]\n");
  EXPECT_EQ(marked(Regex("a\\z"), "a\n"), "a\n");
  EXPECT_EQ(marked(Regex("(?m:.)+|x"), "a\nb"), "[a\nb]");
  EXPECT_EQ(marked(Regex(".+"), "a\nb"), "[a]\n[b]");
  EXPECT_EQ(marked(Regex("a{2}+"), "aaaaa"), "[aaaa]a");
  EXPECT_EQ(marked(Regex("a{1,2}+"), "aaaaa"), "[aaaaa]");
  EXPECT_EQ(marked(Regex("a{,2}b"), "aaab"), "a[aab]");
  EXPECT_EQ(marked(Regex("a{2}?b"), "bab"), "[b]a[b]");
  EXPECT_EQ(marked(Regex("x{2"), "x{2"), "[x{2]");
  EXPECT_EQ(marked(Regex("a(?i)b|c"), "aB aC C"), "[aB] [aC] C");
  EXPECT_EQ(marked(Regex("(?x) a b # c"), "ab"), "[ab]");
  EXPECT_EQ(marked(Regex("\\pL"), "pL"), "[pL]");
  EXPECT_EQ(marked(Regex("\\xE4\\xB8\\xAD\\_"), "\u4e2d_"), "[\u4e2d_]");
}

TEST(Regex, BracketsNestAndIntersect) {
  EXPECT_EQ(marked(Regex("[a-z&&[^aeiou]]+"), "hello"), "[h]e[ll]o");
  EXPECT_EQ(marked(Regex("[^a[^b]]"), "abc"), "a[b]c");
  EXPECT_EQ(marked(Regex("[]a]+"), "a]b"), "[a]]b");
  EXPECT_EQ(marked(Regex("[0-9-a]+"), "5-ab"), "[5-a]b");
  EXPECT_EQ(marked(Regex("[\\w-]+"), "a-b c"), "[a-b] [c]");
  EXPECT_EQ(marked(Regex(" ?[^(\\s|[.,!?])]+"), "a b, c(d|"),
            "[a][ b],[ c]("
            "[d]|");
}

TEST(Regex, SetsAreThoseOfUnicode16) {
  EXPECT_EQ(marked(Regex("\\p{L}+"), "\uA7CB\U00010D50\U0002EBF0"), "[\uA7CB\U00010D50\U0002EBF0]");
  EXPECT_EQ(marked(Regex("[^\\s\\p{L}]+"), "\uA7CB.\U00010D40"), "\uA7CB[.\U00010D40]");
  EXPECT_EQ(marked(Regex("\\P{N}+"), "a1\U00010D40b"), "[a]1\U00010D40[b]");
  EXPECT_EQ(marked(Regex("\\p{Han}+"), "\u6F22\u304B\U0002EBF0"), "[\u6F22]\u304B[\U0002EBF0]");
  EXPECT_EQ(marked(Regex("\\w"), "\u00B2\u200D"), "[\u00B2]\u200D");
  EXPECT_EQ(marked(Regex("[\\w]"), "\u00B2a"), "\u00B2[a]") << "the reference tells these apart";
  EXPECT_EQ(marked(Regex("\\p{Word}"), "\u00B2a"), "[\u00B2][a]");
  EXPECT_EQ(marked(Regex("[\\p{Word}]"), "\u00B2a"), "\u00B2[a]");
  EXPECT_EQ(marked(Regex("\\s+"), "\x1c\u0085\u00A0\u180E"), "\x1c[\u0085\u00A0]\u180E");
}

TEST(Regex, CaseFoldsOneCharacterToOne) {
  EXPECT_EQ(marked(Regex("(?i:'s|'ll)"), "'s'S'\u017F'lL"), "['s]['S]['\u017F]['lL]");
  EXPECT_EQ(marked(Regex("(?i)[k-m]+"), "K\u212AL"), "[K\u212AL]");
  EXPECT_EQ(marked(Regex("(?i)[^s]"), "sS\u017Fx"), "sS\u017F[x]");
  EXPECT_EQ(marked(Regex("(?i)\\p{Lu}"), "aA"), "a[A]");
}

TEST(Regex, FancyRegexDiffersWhereRustDoes) {
  constexpr RegexSyntax kFancy = RegexSyntax::kFancyRegex;
  EXPECT_EQ(marked(Regex("\\s++$", kFancy), "a \n"), "a[ \n]");
  EXPECT_EQ(marked(Regex("a$", kFancy), "a\na"), "a\n[a]");
  EXPECT_EQ(marked(Regex("a{1,2}+a", kFancy), "aa aaa"), "aa [aaa]");
  EXPECT_EQ(marked(Regex("(?s:.)+|x", kFancy), "a\nb"), "[a\nb]");
  EXPECT_EQ(marked(Regex("a(?i)b|c", kFancy), "aB aC C"), "[aB] a[C] [C]");
}

TEST(Regex, WhatHasNoEqualIsNamed) {
  for (const char* const pattern :
       {"\\X", "\\G", "a\\K", "(?~a)", "(?<n>a)\\k<n>", "(?i)ss", "(?i)\u00DF", "(?i)[\\p{L}]", "(?W:a)", "(?<=a+)b",
        "\\p{InBasicLatin}", "(*FAIL)", "[^b[^\\x00-\\x{10ffff}]]", "(?i)(a)\\1", "a{70000}"}) {
    try {
      const Regex regex(pattern);
      ADD_FAILURE() << pattern;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnsupported) << error.what();
    }
  }
}

TEST(Regex, DeepAndLongPatternsAreRefused) {
  EXPECT_THROW(Regex(std::string(5000, '(') + std::string(5000, ')')), Error);
  EXPECT_THROW(Regex(std::string(5000, '[') + std::string(5000, ']')), Error);
  EXPECT_THROW(Regex(std::string(70'000, 'a')), Error);
  EXPECT_THROW(Regex("(?:(?:(?:a{1000}){1000}){1000}){1000}"), Error);
}

TEST(Regex, MalformedPatternsAreCorrupt) {
  for (const char* const pattern :
       {"(", "[a", "a)", "*", "^*", "[z-a]", "[a-\\d]", "[[:foo:]]", "(?z)a", "\\1", "\\", "(?", "\\p{L"}) {
    try {
      const Regex regex(pattern);
      ADD_FAILURE() << pattern;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << pattern;
    }
  }
}

TEST(Regex, ThreadsShareOne) {
  const Regex regex("[a-c]+|(?<=b)x");
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::string& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) result = marked(regex, "abxcay");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, "[ab][x][ca]y");
}

}  // namespace
}  // namespace sememe
