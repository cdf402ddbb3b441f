#include "sememe/token_columns.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace sememe {
namespace {

template <class T>
void move_entries(T* to, const T* from, std::size_t count) {
  if (count > 0) std::memmove(to, from, count * sizeof(T));
}

}  // namespace

// std::realloc moves the pages of a large block, so that it is never there twice. From the last column on, each goes to
// where none is left that was not yet moved.
void TokenColumns::grow(std::size_t capacity) {
  constexpr std::size_t kBytes = 2 * sizeof(std::int32_t) + sizeof(Offset);
  static_assert(alignof(Offset) <= alignof(std::int32_t), "columns of any length stand side by side");
  if (capacity > std::numeric_limits<std::size_t>::max() / kBytes) throw std::bad_alloc();
  auto* const block = static_cast<std::byte*>(std::realloc(ids.data_, capacity * kBytes));
  if (block == nullptr) throw std::bad_alloc();
  const auto column = [&]<class T>(Column<T>& values, std::size_t bytes_before) {
    T* const to = reinterpret_cast<T*>(block + capacity * bytes_before);
    move_entries(to, reinterpret_cast<const T*>(block + capacity_ * bytes_before), values.size_);
    values.data_ = to;
  };
  column(word_ids, sizeof(std::int32_t) + sizeof(Offset));
  column(offsets, sizeof(std::int32_t));
  ids.data_ = reinterpret_cast<std::int32_t*>(block);
  capacity_ = capacity;
}

void TokenColumns::grow_by(std::size_t count) {
  if (count > std::numeric_limits<std::size_t>::max() - size()) throw std::bad_alloc();
  grow(std::max({size() + count, 2 * capacity_, std::size_t{16}}));
}

void TokenColumns::insert(std::size_t at, std::size_t count) {
  const std::size_t after = size() - at;
  extend(count);
  const auto shift = [&](auto& values) { move_entries(values.data_ + at + count, values.data_ + at, after); };
  shift(ids), shift(offsets), shift(word_ids);
}

void TokenColumns::append(const TokenColumns& from, std::size_t begin, std::size_t end) {
  const std::size_t at = size(), count = end - begin;
  if (at == 0) reserve(count);
  extend(count);
  const auto copy = [&](auto& to, const auto& of) { move_entries(to.data_ + at, of.data_ + begin, count); };
  copy(ids, from.ids), copy(offsets, from.offsets), copy(word_ids, from.word_ids);
}

void TokenColumns::swap(TokenColumns& other) noexcept {
  const auto exchange = [](auto& a, auto& b) { std::swap(a.data_, b.data_), std::swap(a.size_, b.size_); };
  exchange(ids, other.ids), exchange(offsets, other.offsets), exchange(word_ids, other.word_ids);
  std::swap(capacity_, other.capacity_);
}

}  // namespace sememe
