#pragma once

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// Writes spaces as a visible character, which it may put before pieces, and splits before each.
class Metaspace final : public PreTokenizer {
 public:
  /// Which pieces get the character in front, unless they have it.
  enum class Prepend {
    kAlways,
    kFirst,  ///< those that begin at offset 0 of the original text
    kNever,
  };
  struct Options {
    char32_t replacement = U'\u2581';
    Prepend prepend = Prepend::kAlways;
    bool split = true;
  };
  explicit Metaspace(const Options& options) : options_(options) {}

  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return options_.split ? Seam::kCut : Seam::kKept; }
  bool rewrites_spaces() const override { return options_.replacement != ' '; }
  bool adds_prefixes() const override { return options_.prepend != Prepend::kNever; }
  std::string describe() const override;

  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace sememe
