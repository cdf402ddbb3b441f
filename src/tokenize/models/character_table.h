#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sememe {

/// A number for each of some characters: two loads, in pages of 256.
class CharacterTable {
 public:
  static constexpr std::int32_t kNone = -1;

  std::int32_t find(char32_t c) const { return values_[std::size_t{pages_[c >> 8]} << 8 | (c & 0xFF)]; }

  void set(char32_t c, std::int32_t value) {
    std::uint16_t& page = pages_[c >> 8];
    if (page == 0) {
      page = static_cast<std::uint16_t>(values_.size() >> 8);
      values_.resize(values_.size() + 256, kNone);
    }
    values_[std::size_t{page} << 8 | (c & 0xFF)] = value;
  }

 private:
  // Page 0 is the empty one that all characters share at first.
  std::vector<std::uint16_t> pages_ = std::vector<std::uint16_t>(0x1100, 0);
  std::vector<std::int32_t> values_ = std::vector<std::int32_t>(256, kNone);
};

}  // namespace sememe
