#include "tokenize/chunk_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sememe {
namespace {

using Place = ChunkCache::Place;

/// What the cache holds for `key`, "" if nothing.
std::string found(ChunkCache& cache, const ChunkCache::Key& key) {
  std::string out;
  cache.find(key, [&](const auto& slot) {
    out.append(std::to_string(slot.pieces)).append(":");
    for (int i = 0; i < slot.count; ++i)
      out.append(" " + std::to_string(slot.ids[i]) + "[" + std::to_string(slot.begins[i]) + "," +
                 std::to_string(slot.ends[i]) + ")" + std::to_string(slot.words[i]));
  });
  return out;
}

const std::vector<ChunkToken> kTokens = {{7, 0, 3, 0}, {1 << 30, 3, 40, 1}};

TEST(ChunkCache, GivesBackWhatWasInserted) {
  ChunkCache cache;
  const std::string text = " chunk of some length and more, as long as one can be kept, and what follows it";
  for (std::size_t size = 1; size <= ChunkCache::kMaxBytes; ++size) {
    const auto key = ChunkCache::key(std::string_view(text).substr(0, size), text.size() - size, Place::kMiddle);
    ASSERT_EQ(found(cache, key), "") << size;
    cache.insert(key, kTokens, 2);
    ASSERT_EQ(found(cache, key), "2: 7[0,3)0 1073741824[3,40)1") << size;
  }
}

TEST(ChunkCache, ChunksOfOneHashAreToldApartByTheirPlace) {
  ChunkCache cache;
  const auto middle = ChunkCache::key("chunk", 0, Place::kMiddle);
  auto first = middle;  // as if the hashes collided
  first.place = Place::kTextBegin;
  cache.insert(middle, kTokens, 2);
  EXPECT_EQ(found(cache, first), "");
  EXPECT_NE(found(cache, middle), "");
}

TEST(ChunkCache, TakesShortChunksOfManyTokens) {
  ChunkCache cache;
  const std::vector<ChunkToken> many(ChunkCache::kMaxTokens, {1, 2, 3, 4});
  const auto key = ChunkCache::key("many", 0, Place::kMiddle);
  cache.insert(key, many, 255);
  const std::string all = found(cache, key);
  EXPECT_TRUE(all.starts_with("255: 1[2,3)4"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '['), static_cast<int>(ChunkCache::kMaxTokens));
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
  EXPECT_EQ(found(cache, ChunkCache::key("ab", 0, Place::kTextBegin)), "");
  EXPECT_EQ(found(cache, ChunkCache::key("ab", 0, Place::kSegmentBegin)), "");
  EXPECT_EQ(found(cache, ChunkCache::key(std::string_view("ab\0", 3), 0, Place::kMiddle)), "");
  EXPECT_EQ(found(cache, ChunkCache::key("ac", 0, Place::kMiddle)), "");
  const std::string prefix(55, 'p');
  cache.insert(ChunkCache::key(prefix + "a", 0, Place::kMiddle), kTokens, 1);
  EXPECT_EQ(found(cache, ChunkCache::key(prefix + "b", 0, Place::kMiddle)), "");
  EXPECT_NE(found(cache, ChunkCache::key(prefix + "a", 0, Place::kMiddle)), "");
}

TEST(ChunkCache, KeepsWhatIsAskedForWhenRareChunksPassBy) {
  ChunkCache cache;
  const auto common = ChunkCache::key(" the", 0, Place::kMiddle);
  cache.insert(common, kTokens, 1);
  int lost = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    if (i % 1000 == 0 && found(cache, common).empty()) {
      ++lost;
      cache.insert(common, kTokens, 1);
    }
    cache.insert(ChunkCache::key(" rare" + std::to_string(i), 0, Place::kMiddle), kTokens, 1);
  }
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace sememe
