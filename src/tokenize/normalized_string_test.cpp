#include "tokenize/normalized_string.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "sememe/error.h"

namespace sememe {
namespace {

/// The ranges of all code points: "0-1 1-3".
std::string ranges(const NormalizedString& string) {
  std::string out;
  for (std::int32_t at = 0; at < string.size();) {
    const std::int32_t end = at + decode_utf8(string.text(), static_cast<std::size_t>(at)).length;
    const Offset offset = string.original(at, end);
    out.append(out.empty() ? "" : " ").append(std::to_string(offset.begin)).append("-");
    out.append(std::to_string(offset.end));
    at = end;
  }
  return out;
}

TEST(NormalizedString, TextThatIsKeptIsNotCopied) {
  const std::string text = "a\u00E9b";
  NormalizedString string;
  string.assign(text, 5);
  Rewriter rewriter(string);
  rewriter.keep();
  rewriter.keep_to(string.size());
  rewriter.commit();
  EXPECT_EQ(string.text().data(), text.data());
  EXPECT_EQ(ranges(string), "5-6 6-8 8-9");
}

TEST(NormalizedString, WhatWasNotConsumedIsGone) {
  NormalizedString string;
  string.assign("abc", 0);
  Rewriter rewriter(string);
  rewriter.keep();
  rewriter.commit();
  EXPECT_EQ(string.text(), "a");
}

TEST(NormalizedString, EveryStepFindsTheWayBackThroughTheStepsBefore) {
  NormalizedString string;
  string.assign("ab\u00E9cd", 0);
  {
    Rewriter rewriter(string);
    rewriter.skip();
    rewriter.keep();
    rewriter.put("xyz", rewriter.next_alignment());
    rewriter.skip();
    rewriter.keep_to(string.size());
    rewriter.commit();
  }
  EXPECT_EQ(string.text(), "bxyzcd");
  EXPECT_EQ(ranges(string), "1-2 2-4 2-4 2-4 4-5 5-6");
  {
    Rewriter rewriter(string);
    rewriter.insert(U'0');
    rewriter.keep();
    rewriter.insert(U'1');
    rewriter.replace(U'\u00C9');
    rewriter.skip();
    rewriter.insert(U'2');
    rewriter.keep_to(string.size());
    rewriter.commit();
  }
  EXPECT_EQ(string.text(), "0b1\u00C92zcd");
  EXPECT_EQ(ranges(string), "0-0 1-2 1-2 2-4 2-4 2-4 4-5 5-6");
  EXPECT_EQ(string.original(1, string.size()).begin, 1);
  EXPECT_EQ(string.original(1, string.size()).end, 6);
}

TEST(NormalizedString, ChangesOfTheSameLengthKeepTheAlignment) {
  NormalizedString string;
  string.assign("AB\u00C9C", 0);
  Rewriter rewriter(string);
  rewriter.keep();
  for (char& c : rewriter.keep_for_change(2)) c = 'b';
  rewriter.replace(U'\u00E9');
  rewriter.keep();
  EXPECT_EQ(rewriter.written(), 5);
  rewriter.commit();
  EXPECT_EQ(string.text(), "Ab\u00E9C");
  EXPECT_EQ(ranges(string), "0-1 1-2 2-4 4-5");
}

TEST(NormalizedString, IsNarrowedToAnyPart) {
  const std::string text = "a\u00E9bcd";
  for (std::int32_t begin : {0, 1, 3, 4, 5, 6}) {
    for (std::int32_t end : {0, 1, 3, 4, 5, 6}) {
      if (end < begin) continue;
      NormalizedString string;
      string.assign(text, 10);
      Rewriter rewriter(string);
      rewriter.keep_to(3);
      rewriter.put("B", rewriter.next_alignment());
      rewriter.skip();
      rewriter.keep_to(6);
      rewriter.commit();
      string.narrow(begin, end);
      ASSERT_EQ(string.text(), std::string("a\u00E9Bcd").substr(begin, end - begin));
      for (std::int32_t at = 0; at < string.size();) {
        const std::int32_t next = at + decode_utf8(string.text(), static_cast<std::size_t>(at)).length;
        EXPECT_EQ(string.original(at, next).begin, 10 + begin + at);
        EXPECT_EQ(string.original(at, next).end, 10 + begin + next);
        at = next;
      }
    }
  }
}

/// As if each byte had its own range.
struct Alignment {
  std::string text;
  std::vector<std::int32_t> from;
  std::int32_t end = 0;
};

TEST(NormalizedString, OriginsAreThoseOfEachByte) {
  const std::string parts[] = {"a", "\u2581", "bc", "\u4E2D", "\xC3\xA9x", std::string(300, 'y')};
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    NormalizedString string;
    const std::string original(40000, 'o');
    string.assign(original, 5);
    OriginWriter writer(string);
    Alignment expected;
    std::int32_t at = 0;
    const std::uint32_t kinds = 1 + rng.below(draw++, 6), steps = 1 + rng.below(draw++, 3);
    for (std::uint32_t i = 0, count = rng.below(draw++, 30); i < count; ++i) {
      if (!expected.text.empty() && rng.below(draw++, 12) == 0) {
        const std::size_t size = rng.below(draw++, static_cast<std::uint32_t>(expected.text.size()));
        at = expected.from[size];
        ASSERT_EQ(writer.truncate(size), static_cast<std::size_t>(at));
        expected.text.resize(size);
        expected.from.resize(size);
      }
      const std::string& part = parts[rng.below(draw++, kinds)];
      writer.append(part, static_cast<std::size_t>(at));
      expected.text.append(part);
      expected.from.resize(expected.text.size(), at);
      at += static_cast<std::int32_t>(rng.below(draw++, 20) == 0 ? 1000 : rng.below(draw++, steps + 1));
    }
    writer.finish(static_cast<std::size_t>(at));
    ASSERT_EQ(string.text(), expected.text);
    expected.from.push_back(at);
    const std::int32_t size = string.size();
    for (std::int32_t i = 0; i < size; ++i) {
      const std::int32_t end =
          i + 1 + static_cast<std::int32_t>(rng.below(draw++, static_cast<std::uint32_t>(size - i)));
      for (const std::int32_t e : {i + 1, end}) {
        ASSERT_EQ(string.original(i, e).begin, 5 + expected.from[static_cast<std::size_t>(i)]) << seed << ' ' << i;
        ASSERT_EQ(string.original(i, e).end, 5 + expected.from[static_cast<std::size_t>(e)]) << seed << ' ' << e;
      }
    }
  }
}

/// Rewrites a text some times over; each character's range must be what a list of ranges says.
TEST(NormalizedString, RangesAreThoseOfEachCharacter) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const CounterRng rng(seed, 1);
    std::uint64_t draw = 0;
    std::string original;
    std::vector<Offset> ranges;  // of each byte
    const std::uint32_t kinds = 1 + rng.below(draw++, 4);
    for (std::uint32_t i = 0, count = rng.below(draw++, 40); i < count; ++i) {
      constexpr char32_t kCharacters[] = {U' ', U'a', U'\u0301', U'\u4E2D'};
      const auto begin = static_cast<std::int32_t>(original.size());
      append_utf8(original, kCharacters[rng.below(draw++, kinds)]);
      ranges.resize(original.size(), {begin, static_cast<std::int32_t>(original.size())});
    }
    NormalizedString string;
    string.assign(original, 0);
    for (int pass = 0; pass < 3; ++pass) {
      Rewriter rewriter(string);
      std::vector<Offset> next;
      const auto put = [&](std::string_view text, Offset range) {
        rewriter.put(text, range);
        next.insert(next.end(), text.size(), range);
      };
      const std::uint32_t change = rng.below(draw++, 4);
      while (!rewriter.done()) {
        const auto at = static_cast<std::size_t>(rewriter.position());
        const auto length = static_cast<std::size_t>(decode_utf8(string.text(), at).length);
        const bool other = rng.below(draw++, 10) == 0;
        const Offset range = rewriter.next_alignment();
        ASSERT_EQ(range, ranges[at]) << seed;
        if (change == 0 || other) {
          rewriter.keep();
          next.insert(next.end(), ranges.begin() + static_cast<std::ptrdiff_t>(at),
                      ranges.begin() + static_cast<std::ptrdiff_t>(at + length));
        } else if (change == 1) {
          put("\u0120", range);
          rewriter.skip();
        } else if (change == 2) {
          put("\u00C3", range);
          put("\u2581", range);
          rewriter.skip();
        } else {
          rewriter.replace(U'\u2581');
          next.insert(next.end(), 3, range);
        }
      }
      rewriter.commit();
      ranges = next;
      if (string.size() > 0 && rng.below(draw++, 3) == 0) {
        auto cut = static_cast<std::int32_t>(rng.below(draw++, static_cast<std::uint32_t>(string.size())));
        while (is_utf8_continuation(string.text()[static_cast<std::size_t>(cut)])) --cut;
        string.narrow(cut, string.size());
        ranges.erase(ranges.begin(), ranges.begin() + cut);
      }
    }
    const auto size = static_cast<std::size_t>(string.size());
    ASSERT_EQ(ranges.size(), size);
    for (std::size_t at = 0; at < size;) {
      const std::size_t end = at + static_cast<std::size_t>(decode_utf8(string.text(), at).length);
      const Offset range = string.original(static_cast<std::int32_t>(at), static_cast<std::int32_t>(end));
      ASSERT_EQ(range, (Offset{ranges[at].begin, ranges[end - 1].end})) << seed << " at " << at;
      at = end;
    }
  }
}

TEST(NormalizedString, GrowthBeyondReasonIsAnError) {
  const std::string text(1000, 'a'), longer(1000, 'b');
  NormalizedString string;
  string.assign(text, 0);
  Rewriter rewriter(string);
  try {
    while (!rewriter.done()) {
      rewriter.put(longer, rewriter.next_alignment());
      rewriter.skip();
    }
    rewriter.commit();
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUnsupported);
    EXPECT_LT(rewriter.position(), 200);
  }
}

TEST(NormalizedString, LooksUpAnyPlaceInAnyOrder) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "ab";
  NormalizedString string;
  string.assign(text, 0);
  Rewriter rewriter(string);
  while (!rewriter.done()) {
    rewriter.keep();
    rewriter.put("\u2581", rewriter.next_alignment());
    rewriter.skip();
  }
  rewriter.commit();
  for (std::int32_t i = 0; i < 300; ++i) {
    const std::int32_t word = i * 7 % 300, at = word * 4;
    ASSERT_EQ(string.original(at, at + 4).begin, word * 2);
    ASSERT_EQ(string.original(at, at + 1).end, word * 2 + 1);
    ASSERT_EQ(string.original(at + 1, at + 4).begin, word * 2 + 1);
  }
}

}  // namespace
}  // namespace sememe
