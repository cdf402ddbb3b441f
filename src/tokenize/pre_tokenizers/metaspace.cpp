#include "tokenize/pre_tokenizers/metaspace.h"

#include <algorithm>

#include "tokenize/pre_tokenizers/rewrite_pieces.h"
#include "tokenize/pre_tokenizers/split_behavior.h"

namespace sememe {

void Metaspace::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  const char32_t mark = options_.replacement;
  rewrite_pieces(text, pieces, [&](Rewriter& rewriter, std::int32_t end) {
    const char32_t first = rewriter.peek();
    const Offset at = rewriter.next_alignment();
    if (first != ' ' && first != mark &&
        (options_.prepend == Prepend::kAlways ||
         (options_.prepend == Prepend::kFirst && text.original(rewriter.position(), end).begin == 0))) {
      rewriter.put(mark, at);
    }
    while (rewriter.position() < end) {
      const std::string_view piece = text.text().substr(0, static_cast<std::size_t>(end));
      const std::size_t space = piece.find(' ', static_cast<std::size_t>(rewriter.position()));
      rewriter.keep_to(static_cast<std::int32_t>(std::min(space, piece.size())));
      if (space != std::string_view::npos) rewriter.replace(mark);
    }
  });
  if (options_.split) {
    split_pieces(text.text(), pieces, SplitBehavior::kMergedWithNext,
                 find_characters([mark](char32_t c) { return c == mark; }));
  }
}

std::string Metaspace::describe() const {
  std::string out = "Metaspace(";
  append_utf8(out, options_.replacement);
  switch (options_.prepend) {
    case Prepend::kAlways:
      out.append(", always");
      break;
    case Prepend::kFirst:
      out.append(", first");
      break;
    case Prepend::kNever:
      out.append(", never");
      break;
  }
  return out.append(options_.split ? ")" : ", no split)");
}

}  // namespace sememe
