#include "tokenize/chunk_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sememe {
namespace {

using Place = ChunkCache::Place;

const std::vector<ChunkToken> kTokens = {{7, 0, 3, 0}, {1 << 30, 3, 40, 1}};

TEST(ChunkCache, GivesBackWhatWasInserted) {
  ChunkCache cache;
  const std::string text = " chunk of some length and more, and what follows it";
  for (std::size_t size = 1; size <= ChunkCache::kMaxBytes; ++size) {
    const auto key = ChunkCache::key(std::string_view(text).substr(0, size), text.size() - size, Place::kMiddle);
    ASSERT_EQ(cache.find(key), nullptr) << size;
    cache.insert(key, kTokens, 2);
    const auto* const slot = cache.find(key);
    ASSERT_NE(slot, nullptr) << size;
    ASSERT_EQ(slot->count, 2);
    EXPECT_EQ(slot->pieces, 2);
    EXPECT_EQ(slot->ids[1], 1 << 30);
    EXPECT_EQ(slot->begins[1], 3);
    EXPECT_EQ(slot->ends[1], 40);
    EXPECT_EQ(slot->words[1], 1);
  }
}

TEST(ChunkCache, KeyDoesNotDependOnWhatFollows) {
  for (std::size_t size = 1; size <= ChunkCache::kMaxBytes; ++size) {
    const std::string chunk(size, 'a'), one = chunk + std::string(64, 'b'), two = chunk + std::string(64, '\xC3');
    const auto alone = ChunkCache::key(std::string_view(chunk), 0, Place::kMiddle);
    for (const std::string& text : {one, two}) {
      const auto key = ChunkCache::key(std::string_view(text).substr(0, size), 64, Place::kMiddle);
      EXPECT_EQ(key.hash, alone.hash) << size;
      EXPECT_TRUE(std::equal(std::begin(key.words), std::end(key.words), std::begin(alone.words))) << size;
    }
  }
}

TEST(ChunkCache, TellsPlacesLengthsAndBytesApart) {
  ChunkCache cache;
  cache.insert(ChunkCache::key("ab", 0, Place::kMiddle), kTokens, 1);
  EXPECT_EQ(cache.find(ChunkCache::key("ab", 0, Place::kTextBegin)), nullptr);
  EXPECT_EQ(cache.find(ChunkCache::key("ab", 0, Place::kSegmentBegin)), nullptr);
  EXPECT_EQ(cache.find(ChunkCache::key(std::string_view("ab\0", 3), 0, Place::kMiddle)), nullptr);
  EXPECT_EQ(cache.find(ChunkCache::key("ac", 0, Place::kMiddle)), nullptr);
  const std::string prefix(39, 'p');
  cache.insert(ChunkCache::key(prefix + "a", 0, Place::kMiddle), kTokens, 1);
  EXPECT_EQ(cache.find(ChunkCache::key(prefix + "b", 0, Place::kMiddle)), nullptr);
  EXPECT_NE(cache.find(ChunkCache::key(prefix + "a", 0, Place::kMiddle)), nullptr);
}

TEST(ChunkCache, KeepsWhatIsAskedForWhenRareChunksPassBy) {
  ChunkCache cache;
  const auto common = ChunkCache::key(" the", 0, Place::kMiddle);
  cache.insert(common, kTokens, 1);
  int lost = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    if (i % 1000 == 0 && cache.find(common) == nullptr) {
      ++lost;
      cache.insert(common, kTokens, 1);
    }
    cache.insert(ChunkCache::key(" rare" + std::to_string(i), 0, Place::kMiddle), kTokens, 1);
  }
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace sememe
