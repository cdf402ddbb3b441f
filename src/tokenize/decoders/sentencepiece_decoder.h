#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenize/decoders/decoder.h"
#include "tokenize/models/sentencepiece_model.h"
#include "tokenize/normalizers/sentencepiece_normalizer.h"

namespace sememe {

/// Pieces to text as SentencePiece itself does it: "\u2581" is a space, but not at the start where the normalizer put
/// it or would take it away; control pieces are nothing; byte pieces are bytes, each that is not UTF-8 U+FFFD; the
/// unknown piece reads as the model file says. Source  google/sentencepiece 0.2.3,
/// SentencePieceProcessor::DecodeOptimized.
class SentencePieceDecoder final : public Decoder {
 public:
  struct Options {
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    std::string unk_surface;
  };
  /// `denormalizer` (may be absent) has the last word.
  SentencePieceDecoder(Options options, const std::vector<SentencePiece>& pieces,
                       std::unique_ptr<const SentencePieceNormalizer> denormalizer);

  /// Gives one token: the text.
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "SentencePiece"; }

 private:
  class Step;

  Options options_;
  std::unordered_map<std::string, SentencePiece::Type> special_;  // pieces that are not text
  std::unique_ptr<const SentencePieceNormalizer> denormalizer_;
};

}  // namespace sememe
