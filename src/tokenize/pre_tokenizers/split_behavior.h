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

/// Appends to `out` the pieces that stretches become, as they come. Stretches may be empty (a pattern can match
/// nothing), and count when others are merged; no piece is empty.
class Stretches {
 public:
  Stretches(SplitBehavior behavior, std::vector<Piece>& out) : behavior_(behavior), out_(out) {}
  void push_back(const Stretch& stretch);
  /// No more stretches come of this piece.
  void end();

 private:
  void add(const Piece& piece);

  SplitBehavior behavior_;
  std::vector<Piece>& out_;
  bool any_ = false;       // of this piece there is one in out_, the last
  bool previous_ = false;  // the stretch before was a delimiter
};

/// Splits every piece of `text`; find(text, piece, stretches) gives the stretches of one piece.
template <class Find>
void split_pieces(std::string_view text, std::vector<Piece>& pieces, SplitBehavior behavior, Find&& find) {
  std::vector<Piece> out;
  Stretches stretches(behavior, out);
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
      continue;
    }
    find(text, piece, stretches);
    stretches.end();
  }
  pieces.swap(out);
}

/// The find() for single characters: each one that is_delimiter(c) is a stretch of its own.
template <class IsDelimiter>
auto find_characters(IsDelimiter is_delimiter) {
  return [is_delimiter](std::string_view text, Piece piece, Stretches& out) {
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
