#include "tokenize/models/byte_trie.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/rng.h"

namespace sememe {
namespace {

TEST(ByteTrie, FindsWhatItWasGivenAndNothingElse) {
  const ByteTrie trie({{"a", 5}, {"abc", 0}, {"", 1}, {std::string_view("a\0", 2), 2}, {"\xFF\xFE", 3}, {"a", 4}});
  EXPECT_EQ(trie.find("a"), 4) << "the last of two";
  EXPECT_EQ(trie.find("abc"), 0);
  EXPECT_EQ(trie.find("ab"), ByteTrie::kNone);
  EXPECT_EQ(trie.find("abcd"), ByteTrie::kNone);
  EXPECT_EQ(trie.find(""), ByteTrie::kNone);
  EXPECT_EQ(trie.find(std::string_view("a\0", 2)), 2);
  EXPECT_EQ(trie.find("\xFF\xFE"), 3);
  EXPECT_EQ(trie.find("\xFF"), ByteTrie::kNone);
  EXPECT_EQ(ByteTrie().find("a"), ByteTrie::kNone);
}

TEST(ByteTrie, ManyRandomKeysAreAllFound) {
  for (const std::uint32_t alphabet : {2, 26, 256}) {
    const CounterRng rng(alphabet, 0);
    std::uint64_t draw = 0;
    std::map<std::string, std::int32_t> keys;
    for (std::int32_t i = 0; i < 20000; ++i) {
      std::string key;
      for (std::uint32_t n = 1 + rng.below(draw++, 12); n > 0; --n) {
        key.push_back(static_cast<char>(rng.below(draw++, alphabet)));
      }
      keys[key] = i;
    }
    std::vector<ByteTrie::Entry> entries;
    for (const auto& [key, value] : keys)
      entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2), {key, value});
    const ByteTrie trie(entries);
    for (const auto& [key, value] : keys) ASSERT_EQ(trie.find(key), value);
    for (int i = 0; i < 20000; ++i) {
      std::string key;
      for (std::uint32_t n = 1 + rng.below(draw++, 6); n > 0; --n) {
        key.push_back(static_cast<char>(rng.below(draw++, alphabet)));
      }
      const auto known = keys.find(key);
      ASSERT_EQ(trie.find(key), known == keys.end() ? ByteTrie::kNone : known->second);
    }
  }
}

}  // namespace
}  // namespace sememe
