#include "tokenize/pre_tokenizers/byte_level.h"

#include <algorithm>

#include "tokenize/byte_alphabet.h"
#include "tokenize/pre_tokenizers/rewrite_pieces.h"
#include "tokenize/pre_tokenizers/scanners.h"

namespace sememe {
namespace {

bool is_visible_ascii(char byte) { return byte > 0x20 && byte < 0x7F; }

}  // namespace

void ByteLevel::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  split_bytes(text, pieces);
  rewrite_pieces(text, pieces, [&text](Rewriter& rewriter, std::int32_t end) {
    while (rewriter.position() < end) {
      std::int32_t visible = rewriter.position();
      while (visible < end && is_visible_ascii(text.text()[static_cast<std::size_t>(visible)])) ++visible;
      rewriter.keep_to(visible);  // such a byte stands for itself
      if (visible == end) break;
      const auto at = static_cast<std::size_t>(rewriter.position());
      const int length = decode_utf8(text.text(), at).length;
      const Offset alignment = rewriter.next_alignment();
      for (const char byte : text.text().substr(at, static_cast<std::size_t>(length)))
        rewriter.put(kByteAlphabet[static_cast<unsigned char>(byte)], alignment);
      rewriter.skip();
    }
  });
}

void ByteLevel::split_bytes(NormalizedString& text, std::vector<Piece>& pieces) const {
  const auto lacks_space = [&text](const Piece& piece) {
    return piece.added_id < 0 && text.text()[static_cast<std::size_t>(piece.begin)] != ' ';
  };
  if (options_.add_prefix_space && std::any_of(pieces.begin(), pieces.end(), lacks_space)) {
    rewrite_pieces(text, pieces, [](Rewriter& rewriter, std::int32_t) {
      if (rewriter.peek() != ' ') rewriter.put(' ', rewriter.next_alignment());
    });
  }
  if (!options_.use_regex) return;
  std::vector<Piece> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
    } else {
      gpt2_scanner().scan(text.text(), piece, out);
    }
  }
  pieces.swap(out);
}

std::string ByteLevel::describe() const {
  std::string out = "ByteLevel";
  if (options_.add_prefix_space) out.append("(prefix space)");
  return options_.use_regex ? out : out.append("(no pattern)");
}

}  // namespace sememe
