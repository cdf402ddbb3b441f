#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/byte_trie.h"
#include "tokenize/models/merge_table.h"

namespace sememe {

/// Tells what the merges of a BPE make of many symbols, without merging: the longest token first, taken back where it
/// does not go with the one before it.
///
/// That is exact. A row of tokens is what symbols become if each token is what its own symbols become, and every two
/// neighbours stay as they are when merged alone (see BpeMerger); of the symbols up to any place there is one such row.
/// Two neighbours stay as they are unless, when their merges are undone from the last to the first, two symbols meet
/// between them whose merge came before the one that was undone.
///
/// Cost    linear in the symbols, times the length of the longest token at worst.
/// Threads  immutable; a Cache belongs to one thread at a time.
/// Source  the idea is that of github/rust-gems, crates/bpe, there for merges in the order of the tokens' ids.
class BpeMatcher {
 public:
  explicit BpeMatcher(const MergeTable& table);

  /// What it keeps from call to call.
  struct Cache {
    std::vector<std::uint64_t> pairs;  // neighbours, and whether they stay
    std::string text;                  // the symbols, each as its code
    std::vector<std::uint32_t> begins;
    std::vector<std::uint8_t> dead;  // places that no row goes on from
    std::vector<std::int32_t> tokens;
  };
  /// Writes what `symbols` become into cache.tokens. False if it cannot tell, because of one of them: something that
  /// merges make as well, or something that very long tokens begin with, or those that a merge makes of a token of a
  /// later one.
  bool match(const std::int32_t* symbols, std::size_t size, Cache& cache) const;

  /// How many symbols a token is made of.
  std::int32_t length(std::int32_t token) const { return known(token) ? of(token).length : 1; }

 private:
  static constexpr std::uint32_t kNoCode = ~std::uint32_t{0}, kRefused = kNoCode - 1;
  struct Token {
    std::uint32_t firsts = 0, lasts = 0;  // in ends_
    std::int32_t shorter = -1;            // longest token that its symbols begin with
    std::int32_t length = 1;
  };
  /// What stood at one end of a token at some time: from the token itself to a symbol that nothing makes.
  struct End {
    std::int32_t symbol;
    std::uint32_t made;  // order of the merge that makes it + 1; 0: none does
  };
  struct Parts {
    std::int32_t left = -1, right = -1;  // what the last of its merges joined
  };

  bool known(std::int32_t symbol) const { return static_cast<std::size_t>(symbol) < tokens_.size(); }
  Token& of(std::int32_t symbol) { return tokens_[static_cast<std::size_t>(symbol)]; }
  const Token& of(std::int32_t symbol) const { return tokens_[static_cast<std::size_t>(symbol)]; }
  std::uint32_t& code(std::int32_t symbol) { return codes_[static_cast<std::size_t>(symbol)]; }
  std::uint32_t made(std::int32_t symbol) const { return ends_[of(symbol).firsts].made; }
  std::vector<std::int32_t> read_merges(const MergeTable& table, std::vector<Parts>& parts);
  void add_token(const MergeTable::Merge& merge, std::uint32_t order);
  void read_texts(const std::vector<Parts>& parts);
  void add_pair(std::int32_t left, std::int32_t right, std::uint32_t made);
  std::uint32_t made_of(std::int32_t left, std::int32_t right) const;
  bool undone_stay(std::int32_t left, std::int32_t right) const;
  bool stay(std::int32_t left, std::int32_t right, Cache& cache) const;
  std::int32_t longest(std::int32_t symbol, std::string_view text) const;

  std::vector<Token> tokens_;         // by symbol
  std::vector<End> ends_;             // rows of them
  std::vector<std::uint32_t> codes_;  // by symbol: a character for one that is part of tokens
  ByteTrie texts_;                    // of the codes of tokens
  std::vector<std::uint64_t>
      pairs_;  // hash table of the pairs that do merge, which are fewer than those of the MergeTable
  std::vector<std::uint64_t> filter_;  // a bit for each of them and some others, in the near cache
  int pairs_shift_ = 64, filter_shift_ = 64;
};

}  // namespace sememe
