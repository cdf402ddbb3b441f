#include "tokenize/pre_tokenizers/unicode_scripts.h"

#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {

void UnicodeScripts::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  std::vector<Piece> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
      continue;
    }
    unicode::Script last = unicode::kAnyScript;
    for (std::int32_t at = piece.begin; at < piece.end;) {
      const CodePoint c = decode_utf8(text.text(), static_cast<std::size_t>(at));
      const unicode::Script script = unicode::script(c.value);
      if (script != unicode::kAnyScript && script != last) {
        if (last != unicode::kAnyScript) out.back().end = at;
        out.push_back({at, piece.end, -1});
        last = script;
      }
      at += c.length;
    }
  }
  pieces.swap(out);
}

}  // namespace sememe
