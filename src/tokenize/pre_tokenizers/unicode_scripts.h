#pragma once

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// Between characters of different scripts. Kana count as Han. A space and what has no script belong to the piece
/// before them; at the front of a piece they go.
/// Source  Hugging Face tokenizers, unicode_scripts/pre_tokenizer.rs, which drops those at the front.
class UnicodeScripts final : public PreTokenizer {
 public:
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  std::string describe() const override { return "UnicodeScripts"; }
};

}  // namespace sememe
