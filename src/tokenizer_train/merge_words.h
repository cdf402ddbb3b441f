#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tokenizer_train/long_word.h"
#include "tokenizer_train/merge_changes.h"

namespace sememe {

/// The words of a corpus as symbols, on which merges are carried out. Short words lie one after another and are read
/// from left to right; long ones keep an index of their own.
class MergeWords {
 public:
  /// Precondition: less than 2^31 words.
  void add(std::span<const std::int32_t> symbols, std::int64_t count);
  std::int32_t size() const { return static_cast<std::int32_t>(counts_.size()); }
  std::int64_t count(std::int32_t word) const { return counts_[static_cast<std::size_t>(word)]; }

  /// Calls visit(first, second, word) for all neighbours as they were added.
  template <class Visit>
  void for_each_pair(Visit visit) const {
    for (std::int32_t word = 0; word < size(); ++word) {
      const std::span<const std::int32_t> symbols = added(word);
      for (std::size_t i = 0; i + 1 < symbols.size(); ++i) visit(symbols[i], symbols[i + 1], word);
    }
  }
  /// Builds the indices of long words: call it once, before the first merge().
  void index_long_words();

  /// Merges every occurrence in one word; see LongWord::merge. Different words may be merged at the same time.
  void merge(std::int32_t word, const Merge& merge, std::span<const std::int64_t> lengths, std::int64_t max_length,
             MergeChanges& changes);

 private:
  static constexpr std::int32_t kLong = 512;  // symbols; from here on an index pays
  struct Extent {
    std::size_t begin;
    std::int32_t size;  // of a long word -1 - its number
  };
  std::span<const std::int32_t> added(std::int32_t word) const;

  std::vector<std::int32_t> symbols_;
  std::vector<Extent> extents_;
  std::vector<std::int64_t> counts_;
  std::vector<std::vector<std::int32_t>> long_symbols_;  // until index_long_words()
  std::vector<std::unique_ptr<LongWord>> long_words_;
};

}  // namespace sememe
