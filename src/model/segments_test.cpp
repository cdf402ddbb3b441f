#include "model/segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

class SegmentsOf : public testing::Test {
 protected:
  SegmentsOf() : tokenizer_(Tokenizer::load(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert/vocab.txt")) {}

  Segments make(std::vector<std::string_view> texts, SegmentOptions options, int threads = 2) {
    ThreadPool pool(threads);
    return make_segments(tokenizer_, texts, options, pool);
  }

  Tokenizer tokenizer_;
};

TEST_F(SegmentsOf, TextsKeepTheirOrderAndCounts) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back(std::string(static_cast<std::size_t>(i % 7), 'x') + " cat");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const Segments one = make(views, {.max_tokens = 40}, 1), two = make(views, {.max_tokens = 40}, 2);
  EXPECT_EQ(one.ids, two.ids);
  EXPECT_EQ(one.offsets, two.offsets);
  ASSERT_EQ(two.count(), 300);
  for (std::int64_t i = 0; i < 300; ++i) {
    EXPECT_EQ(two.length(i), i % 7 + 3);  // [CLS] x ##x ... cat [SEP]
    EXPECT_EQ(two.first[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(two.stats[static_cast<std::size_t>(i)].tokens, i % 7 + 3);
  }
}

TEST_F(SegmentsOf, LongTextIsCutAndCounted) {
  const Segments s = make({"the cat sat on the mat", "cat"}, {.max_tokens = 5});
  EXPECT_EQ(s.length(0), 5);
  EXPECT_EQ(s.stats[0].tokens, 8);
  EXPECT_EQ(s.stats[0].tokens_used, 5);
  EXPECT_TRUE(s.stats[0].truncated());
  EXPECT_FALSE(s.stats[1].truncated());
}

TEST_F(SegmentsOf, LongTextIsAnErrorWhereAskedFor) {
  const std::string e = test::error_of<Error>([&] {
    make({"cat", "the cat sat on the mat"}, {.max_tokens = 5, .on_long = OnLong::kError, .first_text = 10});
  });
  EXPECT_NE(e.find("text 11: has 8 tokens, more than the 5"), std::string::npos) << e;
}

TEST_F(SegmentsOf, WindowsCoverEveryTokenOnce) {
  const Segments s = make({"cat", "the cat sat on the mat", "mat"}, {.max_tokens = 5, .on_long = OnLong::kWindow});
  EXPECT_EQ(s.first, (std::vector<std::int64_t>{0, 1, 3, 4}));
  EXPECT_EQ(s.length(1), 5);
  EXPECT_EQ(s.length(2), 5);
  const auto a = s.segment(1), b = s.segment(2);
  EXPECT_EQ(std::vector(a.begin(), a.end()), (std::vector<std::int32_t>{2, 5, 6, 7, 3}));
  EXPECT_EQ(std::vector(b.begin(), b.end()), (std::vector<std::int32_t>{2, 8, 5, 9, 3}));
  EXPECT_EQ(s.stats[1].tokens_used, 8);
}

TEST_F(SegmentsOf, PromptStandsBeforeEveryText) {
  const Segments s = make({"cat", "mat"}, {.prompt = "the ", .max_tokens = 9});
  EXPECT_EQ(s.ids, (std::vector<std::int32_t>{2, 5, 6, 3, 2, 5, 9, 3}));
}

TEST_F(SegmentsOf, InvalidUtf8NamesTheText) {
  const std::string e = test::error_of<Error>([&] { make({"cat", "a\xFF"}, {.max_tokens = 9}); });
  EXPECT_TRUE(e.starts_with("0: ")) << e;
  EXPECT_NE(e.find("text 1"), std::string::npos) << e;
  EXPECT_NE(e.find("byte 1"), std::string::npos) << e;
}

TEST_F(SegmentsOf, GroupsHoldEverySegmentOnceLongestFirst) {
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back(std::string(static_cast<std::size_t>(i * 13 % 37), 'x'));
  const Segments s = make({texts.begin(), texts.end()}, {.max_tokens = 40});
  const auto groups = make_groups(s, 64, 1);
  std::vector<std::int64_t> seen;
  std::int64_t last = 1000;
  for (const auto& group : groups) {
    std::int64_t tokens = 0;
    for (const std::int64_t i : group) {
      EXPECT_LE(s.length(i), last);
      last = s.length(i);
      tokens += s.length(i);
      seen.push_back(i);
    }
    EXPECT_LE(tokens, 64);
  }
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 200u);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(make_groups(s, 1, 1).size(), 200u) << "a segment longer than the limit goes alone";
}

TEST_F(SegmentsOf, GroupsAreAsManyForEachThreadAndEven) {
  std::vector<std::string> texts(100, "x");  // three tokens each
  const auto sizes = [&](std::int64_t limit, std::int64_t threads) {
    std::vector<std::size_t> out;
    for (const auto& group : make_groups(make({texts.begin(), texts.end()}, {.max_tokens = 40}), limit, threads))
      out.push_back(group.size());
    return out;
  };
  EXPECT_EQ(sizes(120, 1), (std::vector<std::size_t>{33, 34, 33}));
  EXPECT_EQ(sizes(120, 2), (std::vector<std::size_t>(4, 25)));
  EXPECT_EQ(sizes(120, 4), (std::vector<std::size_t>(4, 25)));
  EXPECT_EQ(sizes(1000, 2), (std::vector<std::size_t>(2, 50)));
  texts.resize(49);
  EXPECT_EQ(sizes(9, 2), (std::vector<std::size_t>{3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2}));
  texts.resize(1);
  EXPECT_EQ(sizes(120, 4), (std::vector<std::size_t>{1}));
  texts.clear();
  EXPECT_EQ(sizes(120, 4), (std::vector<std::size_t>{}));
}

}  // namespace
}  // namespace sememe
