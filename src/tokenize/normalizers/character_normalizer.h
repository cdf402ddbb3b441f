#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenize/normalizers/normalizer.h"

namespace sememe {

/// A normalizer that looks at one character and the marks after it at a time, or at the ends of the text alone: it
/// keeps seams of every kind.
class CharacterNormalizer : public Normalizer {
 public:
  bool keeps_punctuation_seams() const final { return true; }
  std::optional<std::string> seam_mark(std::string_view mark) const override;
};

/// Whether steps after it may rely on what seam_mark() returned.
bool is_seam_mark(std::string_view mark);

}  // namespace sememe
