#include "words/word_table.h"

#include <algorithm>
#include <functional>

namespace sememe {
namespace {

std::uint32_t hash_of(std::string_view word) {
  const std::uint64_t hash = std::hash<std::string_view>()(word);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

std::size_t WordTable::slot_of(std::string_view word, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].id >= 0 && (slots_[at].hash != hash || this->word(slots_[at].id) != word)) at = (at + 1) & mask;
  return at;
}

void WordTable::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id < 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].id >= 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

bool WordTable::add(std::string_view word) {
  const std::int64_t before = size();
  return add_or_find(word) == before;
}

std::int64_t WordTable::add_or_find(std::string_view word) {
  if (static_cast<std::size_t>(size()) * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_of(word);
  Slot& slot = slots_[slot_of(word, hash)];
  if (slot.id >= 0) return slot.id;
  slot = {.id = static_cast<std::int32_t>(size()), .hash = hash};
  bytes_.append(word);
  ends_.push_back(bytes_.size());
  return size() - 1;
}

std::optional<std::int64_t> WordTable::find(std::string_view word) const {
  if (slots_.empty()) return std::nullopt;
  const std::int32_t id = slots_[slot_of(word, hash_of(word))].id;
  if (id < 0) return std::nullopt;
  return id;
}

}  // namespace sememe
