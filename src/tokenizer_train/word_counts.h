#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace sememe {

/// How often each of many byte strings was seen: one flat hash table over an arena. Keys are never moved, so views of
/// them live as long as the object (until clear()).
class WordCounts {
 public:
  struct Entry {
    const char* data;
    std::uint32_t size;
    std::uint64_t hash;
    std::int64_t count;
    std::string_view key() const { return {data, size}; }
  };

  /// A hash of all bytes, the same in every run.
  static std::uint64_t hash(std::string_view key);

  void add(std::string_view key, std::int64_t count) { add(key, hash(key), count); }
  void add(std::string_view key, std::uint64_t hash, std::int64_t count);

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  /// Drops every key seen at most `most` times, and gives its memory back.
  void drop_rare(std::int64_t most);
  void clear();

 private:
  const char* keep(std::string_view key);
  void grow();

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // index into entries_ + 1; 0 is free
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace sememe
