#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sememe/error.h"
#include "tokenize/encoding_ops.h"
#include "tokenize/post_processors/post_processor.h"

namespace sememe {
namespace {

Encoding tokens(std::int32_t first, std::int32_t count, std::int32_t sequence = 0) {
  Encoding out;
  for (std::int32_t i = 0; i < count; ++i) append_token(out, first + i, {i, i + 1}, sequence, i, sequence, false);
  return out;
}

/// Ids, then those of the overflowing pieces after bars.
std::string ids(const Encoding& encoding) {
  const auto join = [](std::span<const std::int32_t> list) {
    std::string out;
    for (const std::int32_t id : list) out.append(out.empty() ? "" : " ").append(std::to_string(id));
    return out;
  };
  std::string out = join(encoding.ids);
  for (const Encoding& piece : encoding.overflowing) out.append(" | ").append(join(piece.ids));
  return out;
}

std::string truncated(std::int64_t length, std::int64_t stride, Direction direction, bool keep = true) {
  Encoding encoding = tokens(0, 7);
  truncate(encoding, length, stride, direction, keep);
  return ids(encoding);
}

TEST(Truncate, RestOverflowsInPiecesThatShareTheStride) {
  EXPECT_EQ(truncated(3, 0, Direction::kRight), "0 1 2 | 3 4 5 | 6");
  EXPECT_EQ(truncated(3, 1, Direction::kRight), "0 1 2 | 2 3 4 | 4 5 6");
  EXPECT_EQ(truncated(3, 2, Direction::kRight), "0 1 2 | 1 2 3 | 2 3 4 | 3 4 5 | 4 5 6");
  EXPECT_EQ(truncated(3, 0, Direction::kLeft), "4 5 6 | 1 2 3 | 0");
  EXPECT_EQ(truncated(3, 1, Direction::kLeft), "4 5 6 | 2 3 4 | 0 1 2");
  EXPECT_EQ(truncated(7, 0, Direction::kRight), "0 1 2 3 4 5 6");
  EXPECT_EQ(truncated(0, 0, Direction::kRight), " | 0 1 2 3 4 5 6");
  EXPECT_EQ(truncated(3, 1, Direction::kRight, false), "0 1 2");
}

TEST(Truncate, StrideMustLeaveProgress) {
  EXPECT_THROW(truncated(3, 3, Direction::kRight), Error);
  EXPECT_THROW(truncated(3, -1, Direction::kRight), Error);
  EXPECT_EQ(truncated(8, 9, Direction::kRight), "0 1 2 3 4 5 6") << "nothing to cut: not looked at";
}

std::string lengths(std::int32_t a, std::int32_t b, std::int64_t max_length,
                    TruncationStrategy strategy = TruncationStrategy::kLongestFirst) {
  Encoding first = tokens(0, a), second = tokens(100, b, 1);
  truncate(first, &second, max_length, {.max_length = 0, .stride = 0, .strategy = strategy}, false);
  return std::to_string(first.size()) + "+" + std::to_string(second.size());
}

TEST(Truncate, LongestFirstEvensOutAPair) {
  EXPECT_EQ(lengths(3, 4, 10), "3+4");
  EXPECT_EQ(lengths(3, 9, 10), "3+7");
  EXPECT_EQ(lengths(9, 3, 10), "7+3");
  EXPECT_EQ(lengths(9, 8, 10), "5+5");
  EXPECT_EQ(lengths(8, 9, 7), "3+4");
  EXPECT_EQ(lengths(9, 8, 7), "4+3");
  EXPECT_EQ(lengths(30, 40, 7), "3+4");
  EXPECT_EQ(lengths(3, 4, 0), "0+0");
}

TEST(Truncate, OnlyOneTextGivesWayIfAsked) {
  EXPECT_EQ(lengths(9, 3, 10, TruncationStrategy::kOnlyFirst), "7+3");
  EXPECT_EQ(lengths(9, 3, 10, TruncationStrategy::kOnlySecond), "9+1");
  EXPECT_THROW(lengths(9, 2, 10 - 1, TruncationStrategy::kOnlySecond), Error) << "it would be empty";
  Encoding single = tokens(0, 5);
  EXPECT_THROW(
      truncate(single, nullptr, 3, {.max_length = 0, .stride = 0, .strategy = TruncationStrategy::kOnlySecond}, false),
      Error);
}

TEST(Append, CombinesOverflowingPiecesOfBothSides) {
  Encoding a = tokens(0, 4), b = tokens(10, 4, 1);
  truncate(a, 2, 0, Direction::kRight, true);
  truncate(b, 2, 0, Direction::kRight, true);
  append(a, b);
  EXPECT_EQ(ids(a), "0 1 10 11 | 2 3 10 11 | 2 3 12 13 | 0 1 12 13");
  EXPECT_EQ(a.overflowing[1].offsets[0], (Offset{2, 3}));
  EXPECT_EQ(a.overflowing[2].sequence_ids(), (std::vector<std::int32_t>{0, 0, 1, 1}));
}

TEST(Runs, StandOnceForEqualNeighboursAndGoWithTheirTokens) {
  using Bytes = std::vector<std::uint8_t>;
  using Numbers = std::vector<std::int32_t>;
  Encoding e;
  append_token(e, 7, {0, 0}, 2, -1, -1, true);
  append(e, tokens(1, 3));
  append(e, tokens(4, 2));
  append(e, tokens(8, 1, 1));
  ASSERT_EQ(e.runs.size(), 3U) << "texts of one kind are one run";
  EXPECT_EQ(e.type_ids(), (Numbers{2, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(e.sequence_ids(), (Numbers{-1, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(e.special(), (Bytes{1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(e.attention(), Bytes(7, 1));
  EXPECT_TRUE(e.run(0).special);
  EXPECT_EQ(e.run(1).end, 6U);
  EXPECT_EQ(e.run(5).end, 6U);
  EXPECT_EQ(e.run(6).type_id, 1);
  EXPECT_EQ(slice(e, 5, 7).type_ids(), (Numbers{0, 1}));
  EXPECT_EQ(slice(e, 2, 4).runs.size(), 1U);
  EXPECT_TRUE(slice(e, 3, 3).runs.empty());
  Encoding front = tokens(20, 1, 1);
  append(front, Encoding(e));
  EXPECT_EQ(front.type_ids(), (Numbers{1, 2, 0, 0, 0, 0, 0, 1})) << "the larger one is not copied";

  Encoding left = e;
  pad(left, 9, {.direction = Direction::kLeft, .id = 5, .type_id = 3});
  EXPECT_EQ(left.attention(), (Bytes{0, 0, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(left.special(), (Bytes{1, 1, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(left.type_ids(), (Numbers{3, 3, 2, 0, 0, 0, 0, 0, 1}));
  pad(e, 9, {.type_id = 3});
  EXPECT_EQ(e.attention(), (Bytes{1, 1, 1, 1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(e.sequence_ids(), (Numbers{-1, 0, 0, 0, 0, 0, 1, -1, -1}));
  EXPECT_EQ(e.type_ids(), (Numbers{2, 0, 0, 0, 0, 0, 1, 3, 3}));
}

TEST(Runs, UpToThreeStandInTheEncodingItself) {
  const auto inside = [](const Encoding& e) {
    const auto* const at = reinterpret_cast<const std::byte*>(e.runs.begin());
    const auto* const object = reinterpret_cast<const std::byte*>(&e);
    return at >= object && at < object + sizeof e;
  };
  Encoding e;
  for (std::int32_t i = 0; i < 3; ++i) append_token(e, i, {0, 0}, i, -1, 0, false);
  ASSERT_EQ(e.runs.size(), 3U);
  EXPECT_TRUE(inside(e));
  const Encoding three = e;
  append_token(e, 3, {0, 0}, 3, -1, 0, false);
  append_token(e, 4, {0, 0}, 4, -1, 0, false);
  EXPECT_FALSE(inside(e));
  EXPECT_EQ(e.type_ids(), (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(e.runs.back().end, 5U);
  EXPECT_TRUE(inside(three));
  EXPECT_EQ(three.type_ids(), (std::vector<std::int32_t>{0, 1, 2}));
}

std::string processed(const PostProcessor& processor, std::vector<Encoding> encodings, bool special = true) {
  processor.process(encodings, {}, {.add_special_tokens = special, .keep_tokens = true});
  Encoding out;
  for (const Encoding& encoding : encodings) append(out, encoding);
  std::string text;
  for (std::size_t i = 0; i < out.size(); ++i) {
    text.append(text.empty() ? "" : " ").append(std::to_string(out.ids[i])).append(":");
    text.append(std::to_string(out.run(i).type_id)).append(out.run(i).special ? "*" : "");
  }
  return text;
}

TEST(BertProcessing, FramesOneTextAndTwo) {
  const BertProcessing processor({"[CLS]", 101}, {"[SEP]", 102});
  EXPECT_EQ(processed(processor, {tokens(1, 2)}), "101:0* 1:0 2:0 102:0*");
  EXPECT_EQ(processed(processor, {tokens(1, 1), tokens(5, 1, 1)}), "101:0* 1:0 102:0* 5:1 102:1*");
  EXPECT_EQ(processed(processor, {tokens(1, 1), tokens(5, 1, 1)}, false), "1:0 5:1");
  EXPECT_EQ(processor.added_tokens(false), 2);
  EXPECT_EQ(processor.added_tokens(true), 3);
}

TEST(TemplateProcessing, FollowsItsTemplate) {
  const TemplateProcessing::Part a{0, 3, {}, {}}, b{1, 4, {}, {}}, x{-1, 5, {7, 8}, {"x", "y"}};
  const TemplateProcessing processor({x, a, x}, {b, x, a});
  EXPECT_EQ(processed(processor, {tokens(1, 1)}), "7:5* 8:5* 1:3 7:5* 8:5*");
  EXPECT_EQ(processed(processor, {tokens(1, 1)}, false), "1:3");
  EXPECT_EQ(processed(processor, {tokens(1, 1), tokens(2, 1, 1)}), "2:4 7:5* 8:5* 1:3");
  EXPECT_EQ(processor.added_tokens(false), 4);
  EXPECT_EQ(processor.added_tokens(true), 2);
  EXPECT_EQ(processor.single_affixes()->after.ids, (std::vector<std::int32_t>{7, 8}));
  EXPECT_EQ(processor.single_affixes()->after.tokens, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(processor.single_affixes()->type_id, 3);
  EXPECT_FALSE(TemplateProcessing({a, a}, {}).single_affixes()) << "the text twice is no affix";
}

}  // namespace
}  // namespace sememe
