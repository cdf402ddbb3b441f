#pragma once

#include <cstddef>
#include <string_view>

namespace sememe {

/// A seam is a place where a text may be cut if every step of a pipeline treats its two sides apart: the parts go
/// through one by one, and what became of a part that was seen before is known. There are two kinds:
///   - before a space that stands alone between two characters that are not whitespace: "one| two";
///   - between an ASCII letter or digit and ASCII punctuation other than ' and _: "one|, two".
enum class SeamKind { kSpace, kPunctuation };

/// What a pre-tokenizer makes of a seam.
enum class Seam {
  kJoined,  ///< it may look or join over the seam: nothing can be said
  kKept,    ///< what it does on one side never depends on the other, but it may leave both in one piece
  kCut,     ///< so, and a piece always begins at the seam
};

/// Whether a seam may stand behind c: one of the characters that no normalizer of a real tokenizer drops, makes
/// whitespace of, or takes apart into something that another one would drop, and that never form a grapheme with a
/// space after them.
bool is_steady(char32_t c) noexcept;

/// Byte offset of the first seam of `text` after `from`, text.size() if there is none; those of kPunctuation only if
/// `punctuation`. Of the others those count whose left character surely stays what it is to every normalizer: printable
/// ASCII, common letters and marks.
/// Precondition: well-formed UTF-8.
std::size_t next_seam(std::string_view text, std::size_t from, bool punctuation) noexcept;

/// Whether `text` ends in such a character: what follows then does not matter to it.
bool ends_at_seam(std::string_view text) noexcept;

/// Whether there is a seam of the kind inside of `text`, or could be with whitespace of any sort for its space.
bool has_seam(std::string_view text, SeamKind kind) noexcept;

}  // namespace sememe
