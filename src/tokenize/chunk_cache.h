#pragma once

#include <cstddef>
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

/// Tokens of chunks that were seen before, in two tables of fixed size: one of single cache lines for common words, one
/// for longer chunks and those of many tokens. Two slots of a table may hold a chunk; one that was not asked for since
/// the last eviction goes first, so that rare words do not drive out common ones.
/// Threads  one at a time.
class ChunkCache {
 public:
  /// Longer chunks and those of more tokens are not kept: they are rare.
  static constexpr std::size_t kMaxBytes = 56, kMaxTokens = 18;

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

  template <std::size_t kBytes, std::size_t kTokens>
  struct Slot {
    static constexpr std::size_t kKeyBytes = kBytes, kCapacity = kTokens;
    std::uint64_t key[kBytes / 8];
    std::uint8_t length;  ///< 0: empty; no chunk is
    std::uint8_t place : 7, asked : 1;
    std::uint8_t count, pieces;
    std::int32_t ids[kTokens];
    std::uint8_t begins[kTokens], ends[kTokens], words[kTokens];
  };
  using Small = Slot<24, 5>;                  // 63 of 64 bytes
  using Large = Slot<kMaxBytes, kMaxTokens>;  // 186 of 192

  ChunkCache();

  /// Asks the memory for the slots that find() will read.
  void prefetch(const Key& key) const noexcept {
    __builtin_prefetch(small_.get() + pair_of<Small>(key));
    __builtin_prefetch(small_.get() + pair_of<Small>(key) + 1);
  }

  /// Calls use(slot) for the slot that holds the chunk; false if there is none.
  template <class Use>
  bool find(const Key& key, Use&& use) noexcept {
    if (key.length <= Small::kKeyBytes) {
      if (const Small* const slot = find_in(small_.get(), key)) return use(*slot), true;
    }
    // Most chunks that are not in the first table are in neither.
    if (key.length > Small::kKeyBytes || large_hints_[key.hash >> 56] != 0) {
      if (const Large* const slot = find_in(large_.get(), key)) return use(*slot), true;
    }
    return false;
  }
  /// Precondition: at most kMaxTokens tokens, pieces < 256.
  void insert(const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept;

 private:
  static constexpr std::size_t kSmallSlots = 1 << 16, kLargeSlots = 1 << 12;  // 4 MiB and 0.75 MiB

  template <class S>
  static constexpr std::size_t slots_of() {
    return sizeof(S) == sizeof(Small) ? kSmallSlots : kLargeSlots;
  }
  /// Index of the first of the two slots that may hold a chunk.
  template <class S>
  static std::size_t pair_of(const Key& key) noexcept {
    return key.hash % slots_of<S>() & ~std::size_t{1};
  }
  template <class S>
  static bool holds(const S& slot, const Key& key) noexcept {
    if (slot.length != key.length || slot.place != static_cast<std::uint8_t>(key.place)) return false;
    std::uint64_t different = 0;
    for (std::size_t i = 0; i < S::kKeyBytes / 8; ++i) different |= slot.key[i] ^ key.words[i];
    return different == 0;
  }
  template <class S>
  static const S* find_in(S* slots, const Key& key) noexcept {
    S* slot = slots + pair_of<S>(key);
    if (!holds(*slot, key) && !holds(*++slot, key)) return nullptr;
    if (slot->asked == 0) slot->asked = 1;
    return slot;
  }
  template <class S>
  static void insert_in(S* slots, const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept;

  struct Unmap {
    std::size_t bytes = 0;
    void operator()(void* memory) const noexcept;
  };
  template <class S>
  using Table = std::unique_ptr<S[], Unmap>;
  template <class S>
  static Table<S> make_table();

  Table<Small> small_;
  Table<Large> large_;
  std::uint8_t large_hints_[256] =
      {};  ///< by the top byte of the hash: 1 if a short chunk was put into the large table
};
static_assert(sizeof(ChunkCache::Small) == 64 && sizeof(ChunkCache::Large) == 192);

}  // namespace sememe
