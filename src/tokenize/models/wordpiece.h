#pragma once

#include <string>

#include "tokenize/models/model.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

/// Cuts a piece into the longest tokens from the left; all but the first carry a prefix ("##"). A piece that cannot be
/// cut so, or is too long, is one unknown token.
///
/// Cost    O(length of the piece * longest token), and the piece is at most max_input_chars long.
/// Source  google-research/bert, tokenization.py, WordpieceTokenizer.
class WordPiece final : public TokenModel {
 public:
  struct Options {
    std::string unk_token = "[UNK]";
    std::string continuing_prefix = "##";
    std::int64_t max_input_chars = 100;
  };
  /// Throws kCorrupt, beginning with `where`, if the vocabulary lacks unk_token.
  WordPiece(Vocabulary vocabulary, const Options& options, const std::string& where);

  void tokenize(std::string_view piece, Scratch*, std::vector<ModelToken>& out) const override;
  std::optional<std::int32_t> unknown_id() const override { return unk_id_; }
  std::int64_t vocab_size() const override { return vocabulary_.size(); }
  std::int32_t max_id() const override { return vocabulary_.max_id(); }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override;

 private:
  struct Match {
    std::int32_t id = Vocabulary::kNone;
    std::size_t length = 0;
  };
  Match longest_match(std::string_view rest, std::string_view prefix, Vocabulary::Hash hash) const;

  Vocabulary vocabulary_;
  Options options_;
  std::int32_t unk_id_;
  Vocabulary::Hash continuing_hash_;
};

}  // namespace sememe
