#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// Distinct words, numbered from 0 in the order in which they came; one block of memory for all.
class WordTable {
 public:
  /// False, and nothing changes, if the word is there already.
  bool add(std::string_view word);
  /// The number of a word, which is added if it is new.
  std::int64_t add_or_find(std::string_view word);
  std::optional<std::int64_t> find(std::string_view word) const;
  std::string_view word(std::int64_t id) const {
    const auto i = static_cast<std::size_t>(id);
    return std::string_view(bytes_).substr(ends_[i], ends_[i + 1] - ends_[i]);
  }
  std::int64_t size() const { return std::ssize(ends_) - 1; }

 private:
  /// The hash stands beside the number, so that other words that are passed over need not be looked at.
  struct Slot {
    std::int32_t id = -1;  // -1: free
    std::uint32_t hash = 0;
  };
  std::size_t slot_of(std::string_view word, std::uint32_t hash) const;
  void grow();

  std::string bytes_;
  std::vector<std::size_t> ends_ = {0};  // word i is bytes_[ends_[i], ends_[i + 1])
  std::vector<Slot> slots_;              // a power of two of them, open addressing
};

}  // namespace sememe
