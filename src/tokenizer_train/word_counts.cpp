#include "tokenizer_train/word_counts.h"

#include <cstring>
#include <utility>

namespace sememe {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15, kMixer = 0xD6E8FEB86659FD93;

/// Both halves of the product of two 64-bit numbers, folded into one.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load(const char* from, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, bytes);
  return value;
}

}  // namespace

std::uint64_t WordCounts::hash(std::string_view key) {
  std::uint64_t state = fold(key.size() ^ kMixer, kMultiplier);
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left > 8; at += 8, left -= 8) state = fold(state ^ load(at, 8), kMultiplier);
  return fold(state ^ load(at, left), kMixer);
}

void WordCounts::add(std::string_view key, std::uint64_t hash, std::int64_t count) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Entry& entry = entries_[slots_[at] - 1];
    if (entry.hash == hash && entry.key() == key) {
      entry.count += count;
      return;
    }
  }
  entries_.push_back({keep(key), static_cast<std::uint32_t>(key.size()), hash, count});
  slots_[at] = static_cast<std::uint32_t>(entries_.size());
}

const char* WordCounts::keep(std::string_view key) {
  if (key.size() > left_) {
    if (key.size() > kBlockBytes / 4) {  // a block of its own; the one begun stays
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(key.size()));
      std::memcpy(blocks_.back().get(), key.data(), key.size());
      return blocks_.back().get();
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    free_ = blocks_.back().get();
    left_ = kBlockBytes;
  }
  char* const begin = free_;
  if (!key.empty()) std::memcpy(begin, key.data(), key.size());
  free_ += key.size();
  left_ -= key.size();
  return begin;
}

void WordCounts::grow() {
  slots_.assign(slots_.empty() ? 1024 : slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = entries_[i].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

void WordCounts::drop_rare(std::int64_t most) {
  WordCounts kept;
  for (const Entry& entry : entries_) {
    if (entry.count > most) kept.add(entry.key(), entry.hash, entry.count);
  }
  *this = std::move(kept);
}

void WordCounts::clear() { *this = WordCounts(); }

}  // namespace sememe
