#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenize/models/byte_trie.h"
#include "tokenize/models/model.h"

namespace sememe {

/// A unigram language model: of all ways to cut a piece into tokens, the one whose scores (log probabilities) have the
/// greatest sum. Characters without a token count as ones worse by 10 than the worst; unknown neighbours become one.
///
/// Cost    O(length of the piece * longest token, of which at most 1000 bytes are allowed). Scores are added in double
///         and in the order of the reference, so that sums that are equal but for rounding fall out as there.
/// Source  Kudo 2018, "Subword regularization"; ties, unknown characters and ranges as in Hugging Face tokenizers.
class Unigram final : public TokenModel {
 public:
  /// Texts and scores, copied as they come.
  class Tokens {
   public:
    void reserve(std::size_t count);
    void add(std::string_view text, double score);
    std::size_t size() const { return scores_.size(); }

   private:
    friend class Unigram;
    std::string_view text(std::size_t i) const {
      return std::string_view(arena_).substr(begins_[i], begins_[i + 1] - begins_[i]);
    }
    std::string arena_;
    std::vector<std::uint32_t> begins_{0};
    std::vector<double> scores_;
  };
  /// The id of a token is its place. Of two with the same text the last is found, though either id has its text.
  /// `unk_id` stands for characters without a token; `byte_fallback`: for bytes, "<0xE2>", if all of them are tokens.
  /// Throws, beginning with `where`, kCorrupt if unk_id is not among the tokens, and kUnsupported for a token of more
  /// than 1000 bytes or more than 128 MiB of tokens.
  Unigram(Tokens tokens, std::optional<std::int64_t> unk_id, bool byte_fallback, const std::string& where);

  std::unique_ptr<Scratch> make_scratch() const override;
  /// Throws kCorrupt for a character without a token if there is no unk_id.
  void tokenize(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out) const override;
  void tokenize_long(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out,
                     Parts& parts) const override;
  /// Draws a segmentation by its score times alpha, among all or the nbest_size best. Throws as tokenize().
  void sample(std::string_view piece, const Sampling& sampling, std::uint64_t stream, Scratch* scratch,
              std::vector<ModelToken>& out) const override;
  /// The `n` best segmentations, best first. Throws as tokenize().
  std::vector<std::vector<ModelToken>> nbest(std::string_view piece, std::int64_t n) const;

  bool goes_on_before(std::string_view mark) const override;
  std::int32_t literal_id() const override { return unk_id_.value_or(-1); }
  std::optional<std::int32_t> unknown_id() const override { return unk_id_; }
  std::int64_t vocab_size() const override { return static_cast<std::int64_t>(tokens_.size()); }
  std::int32_t max_id() const override { return static_cast<std::int32_t>(tokens_.size()) - 1; }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override;
  std::optional<std::string_view> id_to_token(std::int32_t id) const override;
  std::string describe() const override;

 private:
  struct Buffers;
  struct Lattice;
  class Writer;

  void run(std::string_view piece, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const;
  std::string_view text(std::int32_t id) const { return tokens_.text(static_cast<std::size_t>(id)); }
  double score_of(std::int32_t id) const { return tokens_.scores_[static_cast<std::size_t>(id)]; }
  std::int32_t find(std::string_view token) const { return token.empty() ? empty_id_ : trie_.find(token); }
  Lattice make_lattice(std::string_view piece) const;
  void write_path(std::string_view piece, const Lattice& lattice, const std::vector<std::int32_t>& path,
                  std::vector<ModelToken>& out) const;
  [[noreturn]] void fail_unknown() const;

  Tokens tokens_;
  ByteTrie trie_;
  std::int32_t empty_id_ = -1;
  std::size_t longest_ = 0;
  std::optional<std::int32_t> unk_id_;
  double unk_score_ = 0;
  bool byte_fallback_ = false;
  std::array<std::int32_t, 256> bytes_{};
  std::string where_;
};

}  // namespace sememe
