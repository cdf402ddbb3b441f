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
  /// A prefix space goes to the begin of a text, not to what follows a seam in it.
  Seam seam_at_punctuation() const override {
    return options_.add_prefix_space && !options_.use_regex ? Seam::kJoined : seam();
  }
  bool rewrites_spaces() const override { return true; }
  bool adds_prefixes() const override { return options_.add_prefix_space; }
  std::string describe() const override;

  /// split() without its last step: the bytes stay as they are.
  void split_bytes(NormalizedString& text, std::vector<Piece>& pieces) const;

  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace sememe
