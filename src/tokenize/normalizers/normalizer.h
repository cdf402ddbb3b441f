#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenize/normalized_string.h"

namespace sememe {

/// First step: rewrites the text, keeping the way back to the original.
/// Threads  const and safe to share, as every component of the pipeline.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void normalize(NormalizedString& text) const = 0;
  /// Whether the two sides of a seam (tokenize/seam.h) may go through one by one: but at the ends of the text, what
  /// becomes of a side does not depend on the other. A normalizer that cannot promise it is slower, not wrong.
  virtual bool keeps_seams() const { return seam_mark(" ").has_value(); }  ///< of kind kSpace
  virtual bool keeps_punctuation_seams() const { return false; }           ///< of kind kPunctuation

  /// For the steps after it. `mark` is the one character that stands for a seam's space by now: a space, "\u2581" or
  /// visible ASCII. What this normalizer makes of it, if it keeps the sides apart, and whitespace off the end of the
  /// left one; empty: it keeps them apart, but the steps after it can rely on nothing. nullopt: it promises nothing.
  virtual std::optional<std::string> seam_mark(std::string_view /*mark*/) const { return std::nullopt; }
  /// Whether seams of kind kPunctuation are kept, and are seams to the steps after it.
  virtual bool punctuation_seams_stay() const { return keeps_punctuation_seams(); }

  /// Whether a space and `word` (visible ASCII) behind it, in the midst of a text and before ASCII or its end, become
  /// what a space becomes and `word` as it is.
  virtual bool keeps_word(std::string_view /*word*/) const { return false; }

  /// One line for people: "BertNormalizer(lowercase, strip_accents)".
  virtual std::string describe() const = 0;
};

}  // namespace sememe
