#include "tokenize/normalized_string.h"

#include <gtest/gtest.h>

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

TEST(NormalizedString, DraftsReferToThePresentText) {
  NormalizedString string;
  string.assign("a\u00E9b", 0);
  {
    Rewriter rewriter(string);
    rewriter.skip();
    rewriter.keep_to(string.size());
    rewriter.commit();
  }
  NormalizedString::Draft& draft = string.draft();
  draft.text = "xyb";
  draft.alignment = {{0, 2}, {2, 2}, {2, 3}};
  string.accept_draft();
  EXPECT_EQ(string.text(), "xyb");
  EXPECT_EQ(ranges(string), "1-3 3-3 3-4");
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
