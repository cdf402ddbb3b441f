#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sememe {

/// A token of a chunk: its bytes in the chunk, and the number of its word there.
struct ChunkToken {
  std::int32_t id;
  std::int32_t begin, end, word;
};

/// Tokens of chunks that were seen before, in a table of fixed size. Two slots may hold a chunk; one that was not asked
/// for since the last eviction goes first, so that rare words do not drive out common ones.
/// Threads  one at a time.
class ChunkCache {
 public:
  /// Longer chunks and those of more tokens are not kept: they are rare.
  static constexpr std::size_t kMaxBytes = 40, kMaxTokens = 11;

  /// Where a chunk stands matters to some steps.
  enum class Place : std::uint8_t {
    kMiddle,        ///< after a seam
    kTextBegin,     ///< at the beginning of the text
    kSegmentBegin,  ///< after an added token
  };

  /// The bytes of a chunk, ready to be compared.
  struct Key {
    std::uint64_t words[kMaxBytes / 8];
    std::uint64_t hash;
    std::uint8_t length;
    Place place;
  };
  /// Precondition: chunk.size() <= kMaxBytes. `after` bytes behind the chunk may be read.
  static Key key(std::string_view chunk, std::size_t after, Place place) noexcept;

  /// Two cache lines, of which the first is enough for the ids of a common word.
  struct alignas(128) Slot {
    std::uint64_t first_words[3];
    std::uint8_t length;  ///< 0: empty; no chunk is
    std::uint8_t place : 7, asked : 1;
    std::uint8_t count, pieces;
    std::int32_t ids[kMaxTokens];
    std::uint64_t last_words[2];
    std::uint8_t begins[kMaxTokens], ends[kMaxTokens], words[kMaxTokens];
  };

  ChunkCache();

  const Slot* find(const Key& key) noexcept;
  /// Precondition: at most kMaxTokens tokens, pieces < 256.
  void insert(const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept;

 private:
  static constexpr std::size_t kSlots = 1 << 15;  // 4 MiB
  struct Free {
    void operator()(Slot* slots) const noexcept;
  };
  std::unique_ptr<Slot[], Free> slots_;
};
static_assert(sizeof(ChunkCache::Slot) == 128);

}  // namespace sememe
