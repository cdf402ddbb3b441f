#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tokenize/normalized_string.h"
#include "tokenize/seam.h"

namespace sememe {

/// Bytes [begin, end) of a normalized text that the model will see as one; never empty.
struct Piece {
  std::int32_t begin = 0, end = 0;
  std::int32_t added_id = -1;  ///< of the added token that it is; such a piece stays as it is
  bool operator==(const Piece&) const = default;
};

/// Second step: cuts the pieces of a text into smaller ones. May rewrite the text as well (and then moves the pieces).
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  virtual void split(NormalizedString& text, std::vector<Piece>& pieces) const = 0;
  virtual Seam seam() const { return Seam::kJoined; }                 ///< of kind kSpace
  virtual Seam seam_at_punctuation() const { return Seam::kJoined; }  ///< of kind kPunctuation
  /// It may write a space as something else, which seams do not survive.
  virtual bool rewrites_spaces() const { return false; }
  /// It puts something before each piece that does not begin with a space.
  virtual bool adds_prefixes() const { return false; }
  virtual std::string describe() const = 0;
};

}  // namespace sememe
