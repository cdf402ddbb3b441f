#include "tokenize/models/sentencepiece_words.h"

#include <algorithm>

namespace sememe {

SentencePieceCharacters::SentencePieceCharacters(const std::vector<SentencePiece>& pieces, bool byte_fallback,
                                                 const std::string& where)
    : SentencePieceModel("Char", pieces, byte_fallback, where), user_defined_(pieces) {}

void SentencePieceCharacters::tokenize(std::string_view text, Scratch*, std::vector<ModelToken>& out) const {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = user_defined_.longest_prefix(text.substr(at));
    if (length == 0) length = std::min(character_length(text[at]), text.size() - at);
    const auto begin = static_cast<std::int32_t>(at), end = static_cast<std::int32_t>(at + length);
    append(text, begin, end, find_usable(text.substr(at, length)), before, out);
    at += length;
  }
}

void SentencePieceWords::tokenize(std::string_view text, Scratch*, std::vector<ModelToken>& out) const {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\xE2\x96\x81", at + 1), text.size());
    const std::string_view word = text.substr(at, end - at);
    append(text, static_cast<std::int32_t>(at), static_cast<std::int32_t>(end), find_usable(word), before, out);
    at = end;
  }
}

}  // namespace sememe
