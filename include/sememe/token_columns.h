#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace sememe {

/// Half-open range of bytes of the original text.
struct Offset {
  std::int32_t begin = 0, end = 0;
  bool operator==(const Offset&) const = default;
};

/// One of the arrays of TokenColumns, which owns the memory and says how many there are.
template <class T>
class Column {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  Column() = default;
  Column(const Column&) = delete;  // of what it only looks into: a std::vector or std::span is asked for by name
  Column& operator=(const Column&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  const T* begin() const { return data_; }
  T* end() { return data_ + size_; }
  const T* end() const { return data_ + size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  /// A copy.
  operator std::vector<T>() const { return {begin(), end()}; }

  friend bool operator==(const Column& a, std::span<const T> b) { return equal(a, b); }
  friend bool operator==(const Column& a, const Column& b) { return equal(a, b); }

 private:
  friend class TokenColumns;
  static bool equal(std::span<const T> a, std::span<const T> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(a[i] == b[i])) return false;
    return true;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// What is known of each token of a text: parallel arrays in one allocation, 16 bytes a token.
/// Memory  a copy has no more than it needs; what was reserved and not used costs address space only, if it is large.
/// Errors  std::bad_alloc.
class TokenColumns {
 public:
  Column<std::int32_t> ids;
  Column<Offset> offsets;         ///< into the text it came from; (0, 0) for special tokens
  Column<std::int32_t> word_ids;  ///< index of the pre-token, -1 for special tokens

  TokenColumns() = default;
  TokenColumns(const TokenColumns& other) { append(other, 0, other.size()); }
  TokenColumns(TokenColumns&& other) noexcept { swap(other); }
  TokenColumns& operator=(TokenColumns other) noexcept {
    swap(other);
    return *this;
  }
  ~TokenColumns() { std::free(ids.data_); }

  std::size_t size() const { return ids.size_; }
  std::size_t capacity() const { return capacity_; }
  /// Makes room for `count` in all.
  void reserve(std::size_t count) {
    if (count > capacity_) grow(count);
  }
  /// Adds `count`, to be filled in by the caller, after those that are there. Returns the index of the first.
  std::size_t extend(std::size_t count) {
    const std::size_t at = size();
    if (count > capacity_ - at) grow_by(count);
    resize(at + count);
    return at;
  }
  /// The same, before index `at`.
  void insert(std::size_t at, std::size_t count);
  void add(std::int32_t id, Offset offset, std::int32_t word_id) {
    const std::size_t at = extend(1);
    ids[at] = id, offsets[at] = offset, word_ids[at] = word_id;
  }
  /// Puts the tokens [begin, end) of `from` after those that are there.
  void append(const TokenColumns& from, std::size_t begin, std::size_t end);
  /// Leaves the first `count`. Precondition: count <= size().
  void cut(std::size_t count) { resize(count); }

 private:
  void grow(std::size_t capacity);
  void grow_by(std::size_t count);
  void resize(std::size_t count) { ids.size_ = offsets.size_ = word_ids.size_ = count; }
  void swap(TokenColumns& other) noexcept;

  // One block, from std::malloc: ids, then offsets, then word_ids, of `capacity_` entries each.
  std::size_t capacity_ = 0;
};

}  // namespace sememe
