#pragma once

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// What GPT-2's tokenizer does before its merges: splits by a pattern, then writes every byte as a character of
/// kByteAlphabet. Each such character stands for the whole character that its byte belongs to.
class ByteLevel final : public PreTokenizer {
 public:
  struct Options {
    bool add_prefix_space = true;  ///< to each piece that does not begin with a space
    bool use_regex = true;         ///< split by GPT-2's pattern
  };
  explicit ByteLevel(const Options& options) : options_(options) {}

  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return options_.use_regex ? Seam::kCut : Seam::kKept; }
  Seam seam_at_punctuation() const override { return seam(); }
  bool rewrites_spaces() const override { return true; }
  std::string describe() const override;

  /// split() without its last step: the bytes stay as they are.
  void split_bytes(NormalizedString& text, std::vector<Piece>& pieces) const;

  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace sememe
