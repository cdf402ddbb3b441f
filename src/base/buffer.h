#pragma once

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "sememe/matrix.h"

namespace sememe {

/// Whole cache lines of `line` bytes for std::free, not initialised. Asks for huge pages where many bytes are wanted:
/// rows that are read at random cost fewer misses of the TLB. Throws std::bad_alloc.
void* allocate_lines(std::size_t bytes, std::size_t line);

/// Owned, 64-byte aligned array of trivial T, movable, not copyable. The capacity is rounded up to whole
/// cache lines, so a kernel may read (never write) up to the end of the last line.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  /// `size` elements, not initialised. Throws std::bad_alloc.
  explicit Buffer(std::int64_t size) : size_(size) {
    if (size == 0) return;
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max() / 2 / static_cast<std::int64_t>(sizeof(T));
    if (size < 0 || size > kMax) throw std::bad_alloc();
    data_.reset(static_cast<T*>(allocate_lines(static_cast<std::size_t>(size) * sizeof(T), kAlignment)));
  }
  /// `size` copies of `value`.
  Buffer(std::int64_t size, T value) : Buffer(size) {
    for (std::int64_t i = 0; i < size; ++i) data_.get()[i] = value;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::int64_t i) { return data_.get()[i]; }
  const T& operator[](std::int64_t i) const { return data_.get()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::span<T> span() { return {data(), static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data(), static_cast<std::size_t>(size_)}; }

  /// Grows to at least `size` elements; contents are lost when it grows.
  void reserve_discard(std::int64_t size) {
    if (size > size_) *this = Buffer(size);
  }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace sememe
