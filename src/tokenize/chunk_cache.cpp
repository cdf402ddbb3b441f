#include "tokenize/chunk_cache.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace sememe {
namespace {

/// Both halves of a 128-bit product: every bit of the inputs reaches every bit of the result.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

ChunkCache::Key ChunkCache::key(std::string_view chunk, std::size_t after, Place place) noexcept {
  constexpr std::size_t kFirst = Small::kKeyBytes / 8, kAll = kMaxBytes / 8;
  Key key{.words = {}, .hash = 0, .length = static_cast<std::uint8_t>(chunk.size()), .place = place};
  const std::size_t used = (chunk.size() + 7) / 8;
  if (chunk.size() + after >= kMaxBytes) {  // whole words are read, and what is not the chunk's is cleared
    std::memcpy(key.words, chunk.data(), 8 * kFirst);
    for (std::size_t i = kFirst; i < used; ++i) std::memcpy(key.words + i, chunk.data() + 8 * i, 8);
    for (std::size_t i = used; i < kFirst; ++i) key.words[i] = 0;
    if (const std::size_t rest = chunk.size() % 8; rest != 0) key.words[used - 1] &= (std::uint64_t{1} << 8 * rest) - 1;
  } else {
    std::memcpy(key.words, chunk.data(), chunk.size());
  }
  key.hash = fold(key.words[0] ^ 0xA0761D6478BD642F, key.words[1] ^ 0xE7037ED1A0B428DB) ^
             fold(key.words[2] ^ 0x8EBC6AF09C88C6E3,
                  (std::uint64_t{key.length} << 8 | static_cast<std::uint64_t>(place)) ^ 0x589965CC75374CC3);
  if (used > kFirst)
    for (std::size_t i = kFirst; i < kAll; ++i) key.hash = fold(key.hash ^ key.words[i], 0x1D8E4E27C47D124F);
  return key;
}

// Fresh pages of the system are zeros already, and those that are never touched cost nothing.
template <class S>
ChunkCache::Table<S> ChunkCache::make_table() {
  const std::size_t bytes = slots_of<S>() * sizeof(S);
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return Table<S>(static_cast<S*>(memory), Unmap{bytes});
}

ChunkCache::ChunkCache() : small_(make_table<Small>()), large_(make_table<Large>()) {}

void ChunkCache::Unmap::operator()(void* memory) const noexcept { ::munmap(memory, bytes); }

template <class S>
void ChunkCache::insert_in(S* slots, const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept {
  S* const pair = slots + pair_of<S>(key);
  if (pair[0].asked != 0 && pair[1].asked != 0) pair[0].asked = pair[1].asked = 0;
  S& slot = pair[pair[0].asked];
  slot.length = key.length;
  slot.place = static_cast<std::uint8_t>(key.place) & 0x7F;
  slot.asked = 0;
  slot.count = static_cast<std::uint8_t>(tokens.size());
  slot.pieces = static_cast<std::uint8_t>(pieces);
  std::memcpy(slot.key, key.words, sizeof slot.key);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    slot.ids[i] = tokens[i].id;
    slot.begins[i] = static_cast<std::uint8_t>(tokens[i].begin);
    slot.ends[i] = static_cast<std::uint8_t>(tokens[i].end);
    slot.words[i] = static_cast<std::uint8_t>(tokens[i].word);
  }
}

void ChunkCache::insert(const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept {
  if (key.length <= Small::kKeyBytes && tokens.size() <= Small::kCapacity)
    return insert_in(small_.get(), key, tokens, pieces);
  if (key.length <= Small::kKeyBytes) large_hints_[key.hash >> 56] = 1;
  insert_in(large_.get(), key, tokens, pieces);
}

}  // namespace sememe
