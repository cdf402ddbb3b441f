#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// What becomes of the delimiters when a text is split; "the-final--countdown" at '-':
enum class SplitBehavior {
  kRemoved,             ///< the | final | countdown
  kIsolated,            ///< the | - | final | - | - | countdown
  kMergedWithPrevious,  ///< the- | final- | - | countdown
  kMergedWithNext,      ///< the | -final | - | -countdown
  kContiguous,          ///< the | - | final | -- | countdown
};

/// A stretch of a text that is a delimiter or is not. Stretches cover a text without gaps.
struct Stretch {
  Piece piece;
  bool delimiter;
};

/// Appends to `out` the pieces that `stretches` become. Stretches may be empty (a pattern can match nothing), and
/// count when others are merged; no piece is empty.
void append_pieces(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out);

/// Splits every piece of `text`; find(text, piece, stretches) appends the stretches of one piece.
template <class Find>
void split_pieces(std::string_view text, std::vector<Piece>& pieces, SplitBehavior behavior, Find&& find) {
  std::vector<Piece> out;
  std::vector<Stretch> stretches;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
      continue;
    }
    stretches.clear();
    find(text, piece, stretches);
    append_pieces(stretches, behavior, out);
  }
  pieces.swap(out);
}

/// The find() for single characters: each one that is_delimiter(c) is a stretch of its own.
template <class IsDelimiter>
auto find_characters(IsDelimiter is_delimiter) {
  return [is_delimiter](std::string_view text, Piece piece, std::vector<Stretch>& out) {
    std::int32_t begin = piece.begin;
    for (std::int32_t at = piece.begin; at < piece.end;) {
      const CodePoint c = decode_utf8(text, static_cast<std::size_t>(at));
      if (is_delimiter(c.value)) {
        if (begin < at) out.push_back({{begin, at, -1}, false});
        begin = at + c.length;
        out.push_back({{at, begin, -1}, true});
      }
      at += c.length;
    }
    if (begin < piece.end) out.push_back({{begin, piece.end, -1}, false});
  };
}

}  // namespace sememe
