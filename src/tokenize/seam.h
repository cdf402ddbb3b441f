#pragma once

namespace sememe {

/// A seam is the place before a space that stands alone between two characters that are not whitespace: "one| two".
/// Where every step of a pipeline treats the two sides of a seam apart, a text may go through it in chunks, and the
/// tokens of a chunk that was seen before are known.
///
/// What a pre-tokenizer makes of a seam:
enum class Seam {
  kJoined,  ///< it may look or join over the seam: nothing can be said
  kKept,    ///< what it does on one side never depends on the other, but it may leave both in one piece
  kCut,     ///< so, and a piece always begins at the seam
};

}  // namespace sememe
