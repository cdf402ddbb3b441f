#include "words/word_table.h"

#include <algorithm>
#include <functional>

namespace sememe {

std::size_t WordTable::slot_of(std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>()(word) & mask;
  while (slots_[at] >= 0 && this->word(slots_[at]) != word) at = (at + 1) & mask;
  return at;
}

void WordTable::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), -1);
  for (std::int64_t id = 0; id < size(); ++id) slots_[slot_of(word(id))] = static_cast<std::int32_t>(id);
}

bool WordTable::add(std::string_view word) {
  const std::int64_t before = size();
  return add_or_find(word) == before;
}

std::int64_t WordTable::add_or_find(std::string_view word) {
  if (static_cast<std::size_t>(size()) * 2 >= slots_.size()) grow();
  const std::size_t at = slot_of(word);
  if (slots_[at] >= 0) return slots_[at];
  slots_[at] = static_cast<std::int32_t>(size());
  bytes_.append(word);
  ends_.push_back(bytes_.size());
  return size() - 1;
}

std::optional<std::int64_t> WordTable::find(std::string_view word) const {
  if (slots_.empty()) return std::nullopt;
  const std::int32_t id = slots_[slot_of(word)];
  if (id < 0) return std::nullopt;
  return id;
}

}  // namespace sememe
