#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/bpe_merger.h"
#include "tokenize/models/character_table.h"
#include "tokenize/models/sentencepiece_model.h"

namespace sememe {

/// Byte pair encoding as SentencePiece has it: any two neighbours merge whose texts together are a piece, the one with
/// the highest score first, of equal ones the leftmost. User-defined symbols take no part. What becomes an unused piece
/// is taken apart again.
///
/// Cost    O(n log n) in the characters; memory beside the result does not grow with the text, unless a merge can
/// depend on
///         characters far away.
/// Source  google/sentencepiece 0.2.3, bpe_model.cc.
class SentencePieceBpe final : public SentencePieceModel {
 public:
  /// Throws as SentencePieceModel; kUnsupported for more pieces or merges than a MergeTable holds.
  SentencePieceBpe(const std::vector<SentencePiece>& pieces, bool byte_fallback, const std::string& where);

  std::unique_ptr<Scratch> make_scratch() const override;
  void tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const override;
  void tokenize_long(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out,
                     Parts& parts) const override;
  bool goes_on_before(std::string_view mark) const override;

 private:
  struct Buffers;
  class SymbolReader;
  struct Candidate;

  void read_symbols(const std::vector<SentencePiece>& pieces, const std::string& where);
  void read_merges(const std::vector<SentencePiece>& pieces, const std::string& where);
  bool mergeable(std::int32_t id) const { return usable(id) || type(id) == SentencePiece::Type::kUnused; }
  std::int32_t inert_symbol() const { return static_cast<std::int32_t>(ids_.size()); }
  std::int32_t frozen_symbol() const { return inert_symbol() + 1; }

  void run(std::string_view text, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const;
  void tokenize_word(std::string_view text, std::size_t begin, std::size_t end, Buffers& buffers,
                     std::vector<ModelToken>& out, Parts* parts) const;
  void tokenize_literally(std::string_view text, Buffers& buffers, std::vector<ModelToken>& out) const;
  void take_apart(std::string_view text, std::int32_t begin, std::int32_t end, Buffers& buffers,
                  std::vector<ModelToken>& out) const;

  UserDefinedSymbols user_defined_;
  Vocabulary symbols_;             // what merges: pieces, and characters that are none but are in one
  std::vector<std::int32_t> ids_;  // a symbol each; kUnknown for such characters
  CharacterTable characters_;      // to symbols
  BpeMerger merger_;
  std::vector<std::uint32_t> priorities_;   // a piece each: its score as a number that sorts alike
  std::vector<std::int32_t> left_lengths_;  // an unused piece each: bytes of the first of the two that it is made of
  bool literal_ = false;                    // the result depends on more than the rank of merges
  bool cuts_ = false;                       // words stay apart
};

}  // namespace sememe
