#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/byte_trie.h"
#include "tokenize/models/sentencepiece_model.h"

namespace sememe {

/// Of all ways to cut a text into pieces, the one whose scores have the largest sum (Viterbi).
///
/// Sums are taken in float32 over the whole text, as the reference does, so that equal and nearly equal ways are
/// decided as there. That makes the tokens of a word depend on what stands before it where the best way wins by less
/// than the rounding of the sum; tokenize_chunk() tells such words from the others.
///
/// Cost    O(length of the text * longest piece); memory beside the result does not grow with the text, unless no way
/// is
///         out of the race over a long stretch.
/// Source  Kudo 2018, "Subword regularization"; arithmetic and ties as in google/sentencepiece 0.2.3, unigram_model.cc,
///         Model::EncodeOptimized.
class SentencePieceUnigram final : public SentencePieceModel {
 public:
  /// Throws as SentencePieceModel; kCorrupt also for a score that is not finite.
  SentencePieceUnigram(const std::vector<SentencePiece>& pieces, bool byte_fallback, const std::string& where);

  std::unique_ptr<Scratch> make_scratch() const override;
  void tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const override;
  void tokenize_long(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out,
                     Parts& parts) const override;
  bool goes_on_before(std::string_view mark) const override;
  void start_text(Scratch* scratch) const override;
  bool tokenize_chunk(std::string_view chunk, Scratch* scratch, std::vector<ModelToken>& out) const override;
  bool pass_chunk(std::span<const std::int32_t> ids, Scratch* scratch) const override;

 private:
  struct Lattice;
  template <bool kMargins>
  void run(std::string_view text, Lattice& lattice, std::vector<ModelToken>& out, Parts* parts = nullptr) const;
  template <bool kMargins>
  void emit(std::string_view text, std::size_t end, Lattice& lattice, std::vector<ModelToken>& out, Parts* parts) const;
  std::size_t common_place(Lattice& lattice, std::size_t start, std::size_t frontier) const;
  std::size_t length_of(std::int32_t last) const;  ///< bytes, of what stands in a lattice

  ByteTrie trie_;
  std::vector<float> scores_;  // an id each
  float unk_score_;
  float largest_;  // of all scores, without sign
};

}  // namespace sememe
