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

class SentencePieceDecoder::Step final : public WholeTokenStep {
 public:
  Step(const SentencePieceDecoder& decoder, TokenSink& next) : WholeTokenStep(next), decoder_(decoder) {}

  void take(std::string& token) override {
    using Type = SentencePiece::Type;
    const auto special = decoder_.special_.find(token);
    if (special != decoder_.special_.end() && special->second == Type::kByte) {
      unsigned value = 0;
      std::from_chars(token.data() + 3, token.data() + 5, value, 16);
      bytes_.push_back(static_cast<char>(value));
      give_bytes(false);
      return;
    }
    give_bytes(true);
    if (special != decoder_.special_.end()) {
      if (special->second == Type::kUnknown) give(decoder_.options_.unk_surface);
      return;
    }
    std::string_view piece = token;
    const Options& options = decoder_.options_;
    if (at_start_ && (options.add_dummy_prefix || options.remove_extra_whitespaces) && piece.starts_with(kMark)) {
      piece.remove_prefix(kMark.size());
      // Where spaces are removed, all those at the start are.
      if (!options.remove_extra_whitespaces) at_start_ = false;
    }
    spaced_.clear();
    append_spaced(spaced_, piece);
    give(spaced_);
  }

  void finish() override {
    give_bytes(true);
    if (decoder_.denormalizer_) next_.part(decoder_.denormalizer_->normalize(text_));
    next_.end_token();
    next_.finish();
  }

 private:
  void give(std::string_view text) {
    if (text.empty()) return;
    at_start_ = false;
    if (decoder_.denormalizer_) {
      text_.append(text);  // it has the last word on all of it
    } else {
      next_.part(text);
    }
  }

  /// Each byte that begins no well-formed character is U+FFFD. Unless it is the `end` of the bytes, those that may
  /// begin one wait.
  void give_bytes(bool end) {
    const std::string_view bytes(bytes_);
    std::string_view rest = bytes.substr(0, bytes.size() - (end ? 0 : incomplete_utf8(bytes)));
    const std::size_t taken = rest.size();
    while (!rest.empty()) {
      const std::size_t good = find_invalid_utf8(rest).value_or(rest.size());
      give(rest.substr(0, good));
      rest.remove_prefix(good);
      if (rest.empty()) break;
      give(kReplacement);
      rest.remove_prefix(1);
    }
    bytes_.erase(0, taken);
  }

  const SentencePieceDecoder& decoder_;
  bool at_start_ = true;
  std::string bytes_, spaced_, text_;
};

std::unique_ptr<TokenSink> SentencePieceDecoder::start(TokenSink& next) const {
  return std::make_unique<Step>(*this, next);
}

}  // namespace sememe
