#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/function_ref.h"

namespace sememe {

/// A map from byte strings to numbers that is walked a byte at a time, one load a step: a double array, the next node
/// of one with base b and byte c being b ^ c.
/// Source  Aoe 1989, "An efficient digital search algorithm by using a double-array structure"; the addressing by xor
///         is that of darts-clone.
class ByteTrie {
 public:
  static constexpr std::int32_t kNone = -1;
  static constexpr std::int64_t kMaxValue = (std::int64_t{1} << 27) - 2;

  struct Entry {
    std::string_view key;
    std::int32_t value;
  };

  ByteTrie() : ByteTrie(std::vector<Entry>{}) {}
  /// Of equal keys the last counts; an empty key is never found.
  /// Precondition: values from 0 to kMaxValue, keys of less than 2^27 bytes in all.
  explicit ByteTrie(const std::vector<Entry>& entries)
      : ByteTrie(entries.size(), [&](std::size_t i) { return entries[i]; }) {}
  /// The same of entry(0) to entry(count - 1), which are asked for again and again.
  ByteTrie(std::size_t count, FunctionRef<Entry(std::size_t)> entry);

  class Node {
   public:
    /// Number of the string that ends here; kNone.
    std::int32_t value() const { return static_cast<std::int32_t>(unit_ >> 37) - 1; }

   private:
    friend class ByteTrie;
    explicit Node(std::uint64_t unit) : unit_(unit) {}
    std::uint64_t unit_;
  };
  Node root() const { return Node(units_[0]); }
  /// Moves to the node after `byte`; false if there is none.
  bool step(Node& node, char byte) const {
    const auto c = static_cast<unsigned char>(byte);
    const std::uint64_t unit = units_[(node.unit_ & kBaseMask) ^ c];
    if ((unit >> kBaseBits & 0x1FF) != c) return false;
    node.unit_ = unit;
    return true;
  }
  std::int32_t find(std::string_view key) const;

 private:
  // A unit, from low to high: 28 bits base (0: no child), 9 bits byte (256: none, as of the root), 27 bits value + 1.
  // Bases are unique, so that a node's byte is enough to know its parent.
  static constexpr int kBaseBits = 28;
  static constexpr std::uint64_t kBaseMask = (std::uint64_t{1} << kBaseBits) - 1;
  static constexpr std::uint64_t kFree = std::uint64_t{256} << kBaseBits;

  class Builder;
  std::vector<std::uint64_t> units_;
};

}  // namespace sememe
