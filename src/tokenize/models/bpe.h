#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenize/models/bpe_merger.h"
#include "tokenize/models/character_table.h"
#include "tokenize/models/model.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

/// Byte pair encoding: a piece begins as its characters; the two neighbours whose merge has the lowest rank (of equal
/// ones the leftmost) become one, until none can.
///
/// Cost    O(n log n) in the characters of a piece. Memory beside the result does not grow with the piece, unless a
///         merge can depend on characters far away.
/// Source  Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; switches, ranges and
///         the order of events as in Hugging Face tokenizers.
class Bpe final : public TokenModel {
 public:
  struct Options {
    double dropout = 0;                    ///< sample(): chance of each merge to be put off
    std::optional<std::string> unk_token;  ///< for characters without a token; without it they vanish
    std::string continuing_prefix;         ///< stands before all characters of a piece but the first
    std::string end_suffix;                ///< stands after the last one
    bool fuse_unk = false;                 ///< unknown neighbours are one token
    bool byte_fallback = false;            ///< an unknown character becomes its bytes, "<0xE2>", if all are tokens
    bool ignore_merges = false;            ///< a piece that is a token is not taken apart
  };
  class Merges;

  /// `merges` are those of this vocabulary. Throws, beginning with `where`, kCorrupt if dropout is not within 0 to 1,
  /// and kUnsupported for more than 2^21 tokens or 2^22 - 1 merges.
  Bpe(Vocabulary vocabulary, Merges merges, Options options, const std::string& where);
  /// Without a list: any two tokens merge whose texts together are one of `results`, the lower its id the earlier; and
  /// a piece that is a token is not taken apart. Source: openai/tiktoken, src/lib.rs, byte_pair_merge.
  Bpe(Vocabulary vocabulary, std::vector<std::int32_t> results, const std::string& where);

  std::unique_ptr<Scratch> make_scratch() const override;
  /// Throws kCorrupt for an unknown character if unk_token is not in the vocabulary.
  void tokenize(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out) const override;
  void tokenize_long(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out,
                     Parts& parts) const override;
  void sample(std::string_view piece, const Sampling& sampling, std::uint64_t stream, Scratch* scratch,
              std::vector<ModelToken>& out) const override;
  bool random() const override { return options_.dropout > 0; }
  bool goes_on_before(std::string_view mark) const override;

  std::optional<std::int32_t> unknown_id() const override { return unk_ < 0 ? std::nullopt : std::optional(unk_); }
  std::int64_t vocab_size() const override { return vocabulary_.size(); }
  std::int32_t max_id() const override { return vocabulary_.max_id(); }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override;

 private:
  struct Buffers;
  class SymbolReader;

  void check_size(std::size_t merges) const;
  void read_characters();
  template <class Skip>
  void merge_literally(BpeSymbols& symbols, Buffers& buffers, Skip&& skip) const;
  void run(std::string_view piece, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const;
  void append(std::string_view piece, const BpeSymbols& symbols, std::size_t count, std::vector<ModelToken>& out) const;

  Vocabulary vocabulary_;
  Options options_;
  std::string where_;
  BpeMerger merger_;
  bool plain_merges_ = true;  // no merge of a token that adds nothing, which would let two pairs become the same token
  std::int32_t unk_ = -1;
  std::vector<CharacterTable> characters_;
  std::array<std::size_t, 4> table_{};  // in characters_: for a character that is not the first (1), the last (2)
  std::array<std::int32_t, 256> bytes_{};
};

/// The merges of a BPE by rank, each looked up as it comes, so that its text need not be kept.
class Bpe::Merges {
 public:
  /// Borrows the vocabulary while merges are added. `continuing_prefix` as in Options.
  Merges(const Vocabulary& vocabulary, std::string continuing_prefix, std::string where)
      : vocabulary_(vocabulary), prefix_(std::move(continuing_prefix)), where_(std::move(where)) {}
  void reserve(std::size_t count) { merges_.reserve(count); }
  /// Throws kCorrupt, beginning with `where`, if the merge names or makes a token that the vocabulary lacks.
  void add(std::string_view left, std::string_view right);

 private:
  friend class Bpe;
  const Vocabulary& vocabulary_;
  std::string prefix_, where_;
  std::vector<MergeTable::Merge> merges_;
  bool plain_ = true;  // see plain_merges_
};

}  // namespace sememe
