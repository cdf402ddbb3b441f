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

bool equal(const ChunkCache::Slot& slot, const ChunkCache::Key& key) noexcept {
  const std::uint64_t first = (slot.first_words[0] ^ key.words[0]) | (slot.first_words[1] ^ key.words[1]) |
                              (slot.first_words[2] ^ key.words[2]);
  if (slot.length != key.length || slot.place != static_cast<std::uint8_t>(key.place) || first != 0) return false;
  return key.length <= 24 || (slot.last_words[0] == key.words[3] && slot.last_words[1] == key.words[4]);
}

}  // namespace

ChunkCache::Key ChunkCache::key(std::string_view chunk, std::size_t after, Place place) noexcept {
  Key key{.words = {}, .hash = 0, .length = static_cast<std::uint8_t>(chunk.size()), .place = place};
  const std::size_t used = (chunk.size() + 7) / 8;
  if (chunk.size() + after >= kMaxBytes) {
    std::memcpy(key.words, chunk.data(), 24);
    if (used > 3) std::memcpy(key.words + 3, chunk.data() + 24, 16);
    for (std::size_t i = used; i < 3; ++i) key.words[i] = 0;
    if (used == 4) key.words[4] = 0;
    if (const std::size_t rest = chunk.size() % 8; rest != 0) key.words[used - 1] &= (std::uint64_t{1} << 8 * rest) - 1;
  } else {
    std::memcpy(key.words, chunk.data(), chunk.size());
  }
  key.hash = fold(key.words[0] ^ 0xA0761D6478BD642F, key.words[1] ^ 0xE7037ED1A0B428DB) ^
             fold(key.words[2] ^ 0x8EBC6AF09C88C6E3,
                  std::uint64_t{key.length} << 8 ^ static_cast<std::uint64_t>(place) ^ 0x589965CC75374CC3);
  if (used > 3) key.hash ^= fold(key.words[3] ^ 0x1D8E4E27C47D124F, key.words[4] ^ 0xEB44ACCAB455D165);
  return key;
}

// Fresh pages of the system are zeros already, and those that are never touched cost nothing.
ChunkCache::ChunkCache() {
  void* const memory =
      ::mmap(nullptr, kSlots * sizeof(Slot), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  slots_.reset(static_cast<Slot*>(memory));
}

void ChunkCache::Free::operator()(Slot* slots) const noexcept { ::munmap(slots, kSlots * sizeof(Slot)); }

const ChunkCache::Slot* ChunkCache::find(const Key& key) noexcept {
  Slot* const slots = &slots_[key.hash % kSlots & ~std::size_t{1}];
  for (Slot* slot = slots; slot != slots + 2; ++slot) {
    if (!equal(*slot, key)) continue;
    if (slot->asked == 0) slot->asked = 1;
    return slot;
  }
  return nullptr;
}

void ChunkCache::insert(const Key& key, std::span<const ChunkToken> tokens, std::int32_t pieces) noexcept {
  Slot* const slots = &slots_[key.hash % kSlots & ~std::size_t{1}];
  if (slots[0].asked != 0 && slots[1].asked != 0) slots[0].asked = slots[1].asked = 0;
  Slot& slot = slots[slots[0].asked];
  slot.length = key.length;
  slot.place = static_cast<std::uint8_t>(key.place) & 0x7F;
  slot.asked = 0;
  slot.count = static_cast<std::uint8_t>(tokens.size());
  slot.pieces = static_cast<std::uint8_t>(pieces);
  std::memcpy(slot.first_words, key.words, sizeof slot.first_words);
  std::memcpy(slot.last_words, key.words + 3, sizeof slot.last_words);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    slot.ids[i] = tokens[i].id;
    slot.begins[i] = static_cast<std::uint8_t>(tokens[i].begin);
    slot.ends[i] = static_cast<std::uint8_t>(tokens[i].end);
    slot.words[i] = static_cast<std::uint8_t>(tokens[i].word);
  }
}

}  // namespace sememe
