#pragma once

#include <string>

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
  virtual bool keeps_seams() const { return false; }              ///< of kind kSpace
  virtual bool keeps_punctuation_seams() const { return false; }  ///< of kind kPunctuation
  /// One line for people: "BertNormalizer(lowercase, strip_accents)".
  virtual std::string describe() const = 0;
};

}  // namespace sememe
