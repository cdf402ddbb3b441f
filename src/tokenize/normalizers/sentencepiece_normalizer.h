#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/sentencepiece_model.h"
#include "tokenize/normalizers/charsmap.h"
#include "tokenize/normalizers/normalizer.h"

namespace sememe {

/// What SentencePiece does to a text before its model: characters by the longest rule of a table, spaces as "\u2581",
/// one before the first word, none that are superfluous. User-defined symbols stay as they are.
///
/// Cost    O(length of the text * longest rule or symbol), which are some bytes each.
/// Source  google/sentencepiece 0.2.3, normalizer.cc. Ranges as there: those of one character's bytes are empty but for
///         the last, so that of tokens which share a character only the last has it.
class SentencePieceNormalizer final : public Normalizer {
 public:
  struct Options {
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
    bool treat_whitespace_as_suffix = false;  ///< the dummy stands after the last word
  };
  /// The user-defined symbols are those of `pieces`. Throws kCorrupt, beginning with `where`.
  SentencePieceNormalizer(const Options& options, std::string_view precompiled_charsmap,
                          const std::vector<SentencePiece>& pieces, const std::string& where);

  void normalize(NormalizedString& text) const override;
  std::string normalize(std::string_view text) const;
  bool keeps_seams() const override;
  bool keeps_word(std::string_view word) const override;
  std::string describe() const override;

 private:
  struct Prefix {
    std::string_view text;
    std::size_t length;
  };
  Prefix normalize_prefix(std::string_view input) const;
  template <class Output>
  std::size_t run(std::string_view input, Output& out) const;

  Options options_;
  Charsmap charsmap_;
  UserDefinedSymbols user_defined_;
  std::string_view space_;         // what a space becomes
  std::array<bool, 256> plain_{};  // ASCII that stays as it is before ASCII
  bool symbols_keep_seams_ = true;
};

}  // namespace sememe
