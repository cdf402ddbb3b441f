#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace sememe {

/// The number of type T whose bytes, lowest first, stand at `at`. Precondition: all of them are inside.
template <class T>
T read_little(std::string_view bytes, std::size_t at = 0) noexcept {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value));
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(value);
  } else {
    return static_cast<T>(value);
  }
}

}  // namespace sememe
