#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/sentencepiece_model.h"

namespace sememe {

/// A piece for each character; user-defined symbols stay whole.
/// Source  google/sentencepiece 0.2.3, char_model.cc.
class SentencePieceCharacters final : public SentencePieceModel {
 public:
  SentencePieceCharacters(const std::vector<SentencePiece>& pieces, bool byte_fallback, const std::string& where);
  void tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const override;

 private:
  UserDefinedSymbols user_defined_;
};

/// A piece for each word, which begins at a "\u2581" or with the text.
/// Source  google/sentencepiece 0.2.3, word_model.cc.
class SentencePieceWords final : public SentencePieceModel {
 public:
  SentencePieceWords(const std::vector<SentencePiece>& pieces, bool byte_fallback, const std::string& where)
      : SentencePieceModel("Word", pieces, byte_fallback, where) {}
  void tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const override;
};

}  // namespace sememe
