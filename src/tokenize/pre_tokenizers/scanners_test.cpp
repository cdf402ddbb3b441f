#include "tokenize/pre_tokenizers/scanners.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/random_text.h"

namespace sememe {
namespace {

constexpr std::string_view kO200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kCl100k =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kCl100kAtomic =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)";

std::string joined(std::string_view text, const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) {
    out.append(out.empty() ? "" : "|");
    out.append(text.substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin)));
  }
  return out;
}

std::string scanned(const Scanner& scanner, std::string_view text) {
  std::vector<Piece> pieces;
  scanner.scan(text, {0, static_cast<std::int32_t>(text.size()), -1}, pieces);
  return joined(text, pieces);
}

std::vector<Piece> matches_of(const Regex& regex, std::string_view text) {
  std::vector<Piece> out;
  Regex::Matches matches = regex.matches(text);
  while (const auto match = matches.next()) out.push_back({match->begin, match->end, -1});
  return out;
}

TEST(Scanners, Gpt2) {
  const Scanner& gpt2 = gpt2_scanner();
  EXPECT_EQ(scanned(gpt2, "Hello  world's 42nd,\n\n day!"), "Hello| | world|'s| 42|nd|,|\n\n| day|!");
  EXPECT_EQ(scanned(gpt2, "a \t b  "), "a| \t| b|  ");
  EXPECT_EQ(scanned(gpt2, "IT'S 'tis"), "IT|'|S| '|tis");
  EXPECT_EQ(scanned(gpt2, "\u00E9t\u00E9\u4E2D \u0663\u00B2 e\u0301"), "\u00E9t\u00E9\u4E2D| \u0663\u00B2| e|\u0301");
  EXPECT_EQ(scanned(gpt2, "\u3000\u3000x"), "\u3000|\u3000|x");
}

TEST(Scanners, Cl100k) {
  const Scanner& cl100k = *find_scanner(kCl100k);
  EXPECT_EQ(scanned(cl100k, "I'M (here) 12345 \n\n  now"), "I|'M| (|here|)| |123|45| \n\n| | now");
  EXPECT_EQ(scanned(cl100k, "it'\u017F ...\r\n\tx"), "it|'\u017F| ...\r\n|\tx");
  EXPECT_EQ(scanned(cl100k, "a\n  "), "a|\n|  ");
  EXPECT_EQ(scanned(*find_scanner(kCl100kAtomic, RegexSyntax::kFancyRegex), "a\n  "), "a|\n  ");
  EXPECT_EQ(find_scanner(kCl100kAtomic), nullptr) << "{1,3}+ has another meaning there";
}

TEST(Scanners, O200k) {
  const Scanner& o200k = *find_scanner(kO200k);
  EXPECT_EQ(scanned(o200k, "HTMLParser'S they'Re x"), "HTMLParser'S| they'Re| x");
  EXPECT_EQ(scanned(o200k, "camelCase"), "camel|Case");
  EXPECT_EQ(scanned(o200k, "\u4E2DABC"), "\u4E2D|ABC") << "an uncased letter ends a word that no small letter ends";
  EXPECT_EQ(scanned(o200k, "\u0301ABC"), "\u0301|ABC");
  EXPECT_EQ(scanned(o200k, "!\u0301a"), "!\u0301a");
  EXPECT_EQ(scanned(o200k, "a //\n/ b"), "a| //\n/| b");
}

TEST(Scanners, ReadThePieceAlone) {
  std::vector<Piece> pieces;
  gpt2_scanner().scan("one two", {1, 5, -1}, pieces);
  EXPECT_EQ(pieces, (std::vector<Piece>{{1, 3, -1}, {3, 5, -1}}));
  pieces.clear();
  gpt2_scanner().scan("a'll", {0, 3, -1}, pieces);
  EXPECT_EQ(pieces, (std::vector<Piece>{{0, 1, -1}, {1, 2, -1}, {2, 3, -1}}));
}

/// Strings per pattern: some for every run; $SEMEME_FUZZ_STRINGS for a night.
int fuzz_strings() {
  const char* const value = std::getenv("SEMEME_FUZZ_STRINGS");
  return value == nullptr ? 2000 : std::max(1, std::atoi(value));
}

class ScannerFuzz : public testing::TestWithParam<std::size_t> {};

TEST_P(ScannerFuzz, FindsWhatTheRegularExpressionFinds) {
  const KnownPattern& known = known_patterns()[GetParam()];
  const Regex regex(known.pattern, known.syntax);
  test::RandomText random_text(static_cast<std::uint32_t>(GetParam()) + 1);
  for (int i = fuzz_strings(); i > 0; --i) {
    const std::string text = random_text(i % 100 == 0 ? 200 : 16);
    std::vector<Piece> pieces;
    known.scanner.scan(text, {0, static_cast<std::int32_t>(text.size()), -1}, pieces);
    const std::vector<Piece> expected = matches_of(regex, text);
    ASSERT_EQ(pieces, expected) << known.pattern << "\n"
                                << text << "\n"
                                << joined(text, pieces) << "\n"
                                << joined(text, expected);
    if (known.scanner.covers && !text.empty()) {
      ASSERT_EQ(pieces.front().begin, 0);
      for (std::size_t k = 1; k < pieces.size(); ++k) ASSERT_EQ(pieces[k - 1].end, pieces[k].begin);
      ASSERT_EQ(pieces.back().end, static_cast<std::int32_t>(text.size()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Patterns, ScannerFuzz, testing::Range<std::size_t>(0, known_patterns().size()));

TEST(Scanners, TakeLinearTime) {
  // Nothing is timed: quadratic time would take minutes.
  for (const KnownPattern& known : known_patterns()) {
    for (const std::string_view unit :
         {"a", "A", " ", "\n", "\u0301", "\u4E2D", "A\u4E2D", "\u0301A", "\n ", "'", "1", "!\n", "'s"}) {
      std::string text;
      while (text.size() < 100'000) text.append(unit);
      std::vector<Piece> pieces;
      known.scanner.scan(text, {0, static_cast<std::int32_t>(text.size()), -1}, pieces);
      if (known.scanner.covers) {
        EXPECT_EQ(pieces.back().end, static_cast<std::int32_t>(text.size()));
      }
    }
  }
}

}  // namespace
}  // namespace sememe
