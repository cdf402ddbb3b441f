#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenize/normalizers/charsmap.h"
#include "tokenize/normalizers/normalizer.h"

namespace sememe {

/// Replaces characters by the rules of a SentencePiece model, as Hugging Face tokenizers applies them: to a grapheme of
/// less than six bytes as a whole, else to each of its characters; and of the rules that fit the begin of either, the
/// shortest replaces all of it. So a mark after a character with a rule of its own goes with it.
///
/// Source  Hugging Face tokenizers, normalizers/precompiled.rs, and the spm_precompiled crate. Alignment as there: what
/// a
///         rule adds belongs to the character before; what it takes away belongs to the last character that stays;
///         where none does, at the begin of a text, every later character has the range of the one before it.
class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(Charsmap map);

  void normalize(NormalizedString& text) const override;
  bool keeps_punctuation_seams() const override { return keeps_punctuation_seams_; }
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  bool punctuation_seams_stay() const override { return keeps_punctuation_seams_ && keeps_ascii_; }
  std::string describe() const override { return "Precompiled"; }

 private:
  class Writer;
  bool keeps_steady_characters() const;
  std::size_t plain_end(std::string_view text, std::size_t at) const;

  Charsmap map_;
  bool keeps_ascii_ = false;  // no printable ASCII character has a rule of its own
  bool keeps_seams_ = false, keeps_punctuation_seams_ = false;
  bool keeps_steady_ = false;  // no character before a seam has a rule that leaves nothing or whitespace
};

}  // namespace sememe
