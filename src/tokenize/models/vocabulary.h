#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// Tokens and their ids, both ways: all bytes in one arena, one flat hash table over it.
/// Ids need not be dense. Immutable after build().
class Vocabulary {
 public:
  /// Tokens are given once each; throws kCorrupt, beginning with `where`, for an id below 0 or over 2^31 - 2, for an
  /// id or a token given twice, and for more than 2 GiB of text.
  class Builder;

  /// A hash that grows byte by byte, so that all prefixes of a word cost one pass.
  class Hash {
   public:
    constexpr Hash() = default;
    constexpr void add(char c) { value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL; }
    constexpr void add(std::string_view text) {
      for (const char c : text) add(c);
    }
    /// FNV-1a leaves its low bits poor in short texts: mix once before use.
    constexpr std::uint64_t value() const { return value_ ^ value_ >> 32; }

   private:
    std::uint64_t value_ = 0xCBF29CE484222325ULL;
  };

  static constexpr std::int32_t kNone = -1;

  /// Id of `first` + `second`, whose hash the caller has; kNone if there is no such token.
  std::int32_t find(Hash hash, std::string_view first, std::string_view second) const {
    const std::int32_t entry = find_entry(hash, first, second);
    return entry < 0 ? kNone : entries_[static_cast<std::size_t>(entry)].id;
  }
  std::int32_t find(std::string_view token) const {
    Hash hash;
    hash.add(token);
    return find(hash, token, {});
  }

  /// Entries are numbered 0 to size() - 1 by rising id: for what needs dense numbers. kNone if there is no such token.
  std::int32_t find_entry(Hash hash, std::string_view first, std::string_view second) const {
    const std::uint64_t h = hash.value();
    for (std::uint64_t at = h & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.entry < 0) return kNone;
      if (slot.tag == static_cast<std::uint32_t>(h >> 32) && matches(slot.entry, first, second)) return slot.entry;
    }
  }
  std::int32_t find_entry(std::string_view first, std::string_view second = {}) const {
    Hash hash;
    hash.add(first);
    hash.add(second);
    return find_entry(hash, first, second);
  }
  /// Asks the memory for what find_entry() will read first.
  void prefetch(Hash hash) const { __builtin_prefetch(slots_.data() + (hash.value() & mask_)); }
  std::optional<std::int32_t> id(std::string_view token) const {
    const std::int32_t found = find(token);
    return found == kNone ? std::nullopt : std::optional(found);
  }
  /// The entry with this id. Precondition: there is one.
  std::int32_t entry_of_id(std::int32_t id) const;
  std::int32_t id_of_entry(std::int32_t entry) const { return entries_[static_cast<std::size_t>(entry)].id; }
  std::string_view text_of_entry(std::int32_t entry) const { return text(entries_[static_cast<std::size_t>(entry)]); }

  std::optional<std::string_view> token(std::int32_t id) const;
  std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }
  std::int32_t max_id() const { return entries_.empty() ? -1 : entries_.back().id; }
  /// Bytes of the longest token.
  std::size_t longest() const { return longest_; }

 private:
  struct Entry {
    std::int32_t id;
    std::uint32_t offset, length;
  };
  struct Slot {
    std::uint32_t tag = 0;
    std::int32_t entry = -1;
  };
  std::string_view text(const Entry& entry) const {
    return std::string_view(arena_).substr(entry.offset, entry.length);
  }
  bool matches(std::int32_t entry, std::string_view first, std::string_view second) const {
    const std::string_view token = text(entries_[static_cast<std::size_t>(entry)]);
    return token.size() == first.size() + second.size() && token.substr(0, first.size()) == first &&
           token.substr(first.size()) == second;
  }

  std::string arena_;
  std::vector<Entry> entries_;  // ordered by id
  std::vector<Slot> slots_{1};
  std::uint64_t mask_ = 0;
  std::size_t longest_ = 0;
};

class Vocabulary::Builder {
 public:
  explicit Builder(std::string where) : where_(std::move(where)) {}
  void reserve(std::size_t tokens);
  void add(std::string_view token, std::int64_t id);
  Vocabulary build();

 private:
  std::string where_;
  Vocabulary vocabulary_;
};

}  // namespace sememe
