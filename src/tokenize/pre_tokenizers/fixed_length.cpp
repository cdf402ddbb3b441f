#include "tokenize/pre_tokenizers/fixed_length.h"

#include "io/utf8.h"

namespace sememe {

void FixedLength::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  std::vector<Piece> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
      continue;
    }
    for (std::int32_t at = piece.begin; at < piece.end;) {
      const std::int32_t begin = at;
      for (std::int64_t n = 0; n < length_ && at < piece.end; ++n) {
        at += decode_utf8(text.text(), static_cast<std::size_t>(at)).length;
      }
      out.push_back({begin, at, -1});
    }
  }
  pieces.swap(out);
}

}  // namespace sememe
