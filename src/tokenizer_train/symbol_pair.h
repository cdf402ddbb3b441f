#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <vector>

namespace sememe {

/// Two symbols (ids of tokens) that stand beside each other.
struct SymbolPair {
  std::int32_t first = 0, second = 0;
  auto operator<=>(const SymbolPair&) const = default;
};

/// A number for each pair, 0 at first: a flat hash table.
class PairTable {
 public:
  PairTable() : keys_(1024, kFree), values_(1024) {}

  std::int64_t& operator[](SymbolPair pair) {
    if (used_ * 2 >= keys_.size()) grow();
    const std::uint64_t key = key_of(pair);
    const std::size_t at = slot_of(key);
    if (keys_[at] == kFree) {
      keys_[at] = key;
      ++used_;
    }
    return values_[at];
  }
  std::size_t size() const { return used_; }

  template <class Visit>
  void for_each(Visit visit) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i] == kFree) continue;
      visit(SymbolPair{static_cast<std::int32_t>(keys_[i] >> 32), static_cast<std::int32_t>(keys_[i] & 0xFFFFFFFF)},
            values_[i]);
    }
  }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};  // ids are not negative
  static std::uint64_t key_of(SymbolPair pair) {
    return static_cast<std::uint64_t>(pair.first) << 32 | static_cast<std::uint32_t>(pair.second);
  }
  std::size_t slot_of(std::uint64_t key) const {
    const std::size_t mask = keys_.size() - 1;
    std::uint64_t mixed = key * 0x9E3779B97F4A7C15;
    std::size_t at = (mixed ^ mixed >> 32) & mask;
    while (keys_[at] != kFree && keys_[at] != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<std::uint64_t> keys(keys_.size() * 2, kFree);
    std::vector<std::int64_t> values(keys.size());
    keys.swap(keys_);
    values.swap(values_);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == kFree) continue;
      const std::size_t at = slot_of(keys[i]);
      keys_[at] = keys[i];
      values_[at] = values[i];
    }
  }

  std::vector<std::uint64_t> keys_;
  std::vector<std::int64_t> values_;
  std::size_t used_ = 0;
};

}  // namespace sememe
