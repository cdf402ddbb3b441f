#include "tokenize/decoders/sentencepiece_decoder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_spaced(std::string& out, std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t mark = std::min(piece.find(kMark), piece.size());
    out.append(piece.substr(0, mark));
    piece.remove_prefix(mark);
    if (piece.empty()) return;
    out.push_back(' ');
    piece.remove_prefix(kMark.size());
  }
}

/// Each byte that begins no well-formed character is U+FFFD.
void append_bytes(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t good = std::min(find_invalid_utf8(bytes).value_or(bytes.size()), bytes.size());
    out.append(bytes.substr(0, good));
    bytes.remove_prefix(good);
    if (bytes.empty()) return;
    out.append(kReplacement);
    bytes.remove_prefix(1);
  }
}

}  // namespace

SentencePieceDecoder::SentencePieceDecoder(Options options, const std::vector<SentencePiece>& pieces,
                                           std::unique_ptr<const SentencePieceNormalizer> denormalizer)
    : options_(std::move(options)), denormalizer_(std::move(denormalizer)) {
  using Type = SentencePiece::Type;
  for (const SentencePiece& piece : pieces) {
    if (piece.type == Type::kControl || piece.type == Type::kUnknown || piece.type == Type::kByte) {
      special_.emplace(piece.text, piece.type);
    }
  }
}

void SentencePieceDecoder::decode(std::vector<std::string>& tokens) const {
  std::string text, bytes;
  bool at_start = true;
  const bool drops_mark = options_.add_dummy_prefix || options_.remove_extra_whitespaces;
  for (const std::string& token : tokens) {
    const auto special = special_.find(token);
    if (special != special_.end() && special->second == SentencePiece::Type::kByte) {
      unsigned value = 0;
      std::from_chars(token.data() + 3, token.data() + 5, value, 16);
      bytes.push_back(static_cast<char>(value));
      continue;
    }
    append_bytes(text, bytes);
    bytes.clear();
    if (!text.empty()) at_start = false;
    if (special != special_.end()) {
      if (special->second == SentencePiece::Type::kUnknown) text.append(options_.unk_surface);
    } else {
      std::string_view piece = token;
      if (at_start && drops_mark && piece.starts_with(kMark)) {
        piece.remove_prefix(kMark.size());
        // Where spaces are removed, all those at the start are.
        if (!options_.remove_extra_whitespaces) at_start = false;
      }
      append_spaced(text, piece);
    }
    if (!text.empty()) at_start = false;
  }
  append_bytes(text, bytes);
  if (denormalizer_) text = denormalizer_->normalize(text);
  tokens.clear();
  tokens.push_back(std::move(text));
}

}  // namespace sememe
