#pragma once

#include <vector>

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// Gives every piece but added tokens a new text: rewrite(rewriter, end) consumes the text up to `end`. What lies
/// between pieces goes.
template <class Rewrite>
void rewrite_pieces(NormalizedString& text, std::vector<Piece>& pieces, Rewrite&& rewrite) {
  Rewriter rewriter(text);
  for (Piece& piece : pieces) {
    rewriter.skip_to(piece.begin);
    piece.begin = rewriter.written();
    if (piece.added_id < 0) rewrite(rewriter, piece.end);
    rewriter.keep_to(piece.end);
    piece.end = rewriter.written();
  }
  rewriter.commit();
}

}  // namespace sememe
