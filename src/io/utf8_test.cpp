#include "io/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/test_files.h"

namespace sememe {
namespace {

TEST(Utf8, AcceptsEveryScalarValueAndDecodesIt) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_FALSE(find_invalid_utf8(text)) << std::hex << static_cast<unsigned>(c);
    const CodePoint point = decode_utf8(text, 0);
    ASSERT_EQ(point.value, c);
    ASSERT_EQ(static_cast<std::size_t>(point.length), text.size());
  }
}

TEST(Utf8, IncompleteIsTheBeginOfACodePointAtTheEnd) {
  for (const char32_t c : {U'a', U'\u00E9', U'\u0800', U'\uD7FF', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, c);
    EXPECT_EQ(incomplete_utf8(text), 0u);
    for (std::size_t length = 1; length < text.size(); ++length)
      EXPECT_EQ(incomplete_utf8("x" + text.substr(0, length)), length);
  }
  EXPECT_EQ(incomplete_utf8(""), 0u);
  for (const char* text :
       {"\xE0\x80", "\xED\xA0", "\xF4\x90", "\xF0\x8F\x80", "\xC1", "\xF5", "\x80", "a\x80\x80\x80\x80"})
    EXPECT_EQ(incomplete_utf8(text), 0u) << text;
  EXPECT_EQ(incomplete_utf8("\xE9\xE9"), 1u);
}

TEST(Utf8, RefusesEveryShortSequenceThatTheTableLacks) {
  // Counts over all sequences of two and three bytes, worked out from Unicode 15 table 3-7.
  int two = 0, three = 0;
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      two += find_invalid_utf8(text) ? 0 : 1;
      for (unsigned c = 0x7E; c < 0xC2; ++c) three += find_invalid_utf8(text + static_cast<char>(c)) ? 0 : 1;
    }
  }
  const int ascii = 128, pairs = 30 * 64, triples = 61440;  // U+0800..U+FFFF without surrogates
  EXPECT_EQ(two, ascii * ascii + pairs);
  // The third byte: 0x7E, 0x7F or 64 continuations.
  EXPECT_EQ(three, 2 * (ascii * ascii + pairs) + ascii * pairs + triples);
}

TEST(Utf8, NamesTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("ab\x80"), 2u);
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xC3\xA9\xED\xA0\x80"), 2u);  // a surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0u);      // over U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xE2\x82"), 0u);              // cut off
  EXPECT_EQ(find_invalid_utf8("\xF0\x80\x80\x80"), 0u);      // overlong
  EXPECT_FALSE(find_invalid_utf8(std::string_view("\0", 1)));
  EXPECT_FALSE(find_invalid_utf8(""));
}

TEST(Utf8, FindsABadByteAtEveryPlaceOfALongText) {
  for (std::size_t length = 1; length < 70; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'a');
      text[at] = '\xFF';
      ASSERT_EQ(find_invalid_utf8(text), at) << length;
    }
  }
}

TEST(Utf8, ReplacesMaximalIllFormedParts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("plain \xC3\xA9"), "plain \xC3\xA9");
  // Unicode 15, table 3-8 to 3-11.
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF"
                                 "A\x80\xBF"
                                 "B"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                                 "A"),
            r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("end \xE2\x82"), "end " + r);
}

TEST(Utf8, ReplacementIsAlwaysValidAndLeavesValidTextAlone) {
  std::uint32_t state = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      state = state * 1664525 + 1013904223;
      constexpr std::string_view kBytes = "aZ\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xED\xEF\xF0\xF1\xF4\xF5\xFF";
      text.push_back(kBytes[(state >> 16) % kBytes.size()]);
    }
    const std::string clean = replace_invalid_utf8(text);
    ASSERT_FALSE(find_invalid_utf8(clean));
    ASSERT_EQ(replace_invalid_utf8(clean), clean);
    ASSERT_EQ(clean == text, !find_invalid_utf8(text));
  }
}

TEST(Utf8, TheErrorNamesByteAndValue) {
  EXPECT_NO_THROW(require_utf8("gr\xC3\xBC\xC3\x9F", "text 3"));
  EXPECT_FAILS(require_utf8("gr\xFC\xDF", "text 3"), kInvalidArgument,
               "text 3 is not valid UTF-8 at byte 2 (found 0xFC)");
}

}  // namespace
}  // namespace sememe
