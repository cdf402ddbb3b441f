#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tokenizer_train/merge_changes.h"
#include "tokenizer_train/symbol_pair.h"

namespace sememe {

/// A word of very many symbols, in which a merge costs as much as it has places, not as the word is long. Every pair
/// of neighbours is in a doubly linked list of its equals.
class LongWord {
 public:
  explicit LongWord(std::span<const std::int32_t> symbols);

  /// Merges every occurrence from left to right. `lengths` are those of all symbols: a new pair longer than
  /// max_length - 1 characters is not counted. `word` is what changes call this word.
  void merge(const Merge& merge, std::int64_t count, std::int32_t word, std::span<const std::int64_t> lengths,
             std::int64_t max_length, MergeChanges& changes);

 private:
  static constexpr std::int32_t kNone = -1;
  static std::int32_t& at(std::vector<std::int32_t>& list, std::int32_t i) { return list[static_cast<std::size_t>(i)]; }
  SymbolPair pair_at(std::int32_t i) { return {at(symbols_, i), at(symbols_, at(next_, i))}; }
  void link(std::int32_t i);    // into the list of pair_at(i)
  void unlink(std::int32_t i);  // out of it

  std::vector<std::int32_t> symbols_, previous_, next_, previous_equal_, next_equal_;
  PairTable heads_;  // the first of a pair's list, + 1
};

}  // namespace sememe
