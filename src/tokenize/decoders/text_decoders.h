#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenize/decoders/decoder.h"
#include "unicode/regex.h"

/// Source of all  the decoders of Hugging Face tokenizers.
namespace sememe {

/// Several decoders, one after another.
class DecoderSequence final : public Decoder {
 public:
  explicit DecoderSequence(std::vector<std::unique_ptr<const Decoder>> steps) : steps_(std::move(steps)) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<const Decoder>> steps_;
};

/// Joins what begins with the prefix ("##") to the token before, sets spaces elsewhere.
class WordPieceDecoder final : public Decoder {
 public:
  /// `cleanup`: clean_up_spaces().
  WordPieceDecoder(std::string prefix, bool cleanup) : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return cleanup_ ? "WordPiece(cleanup)" : "WordPiece"; }

 private:
  std::string prefix_;
  bool cleanup_;
};

/// A space for what marks the end of a word ("</w>"), nothing for it in the last token.
class BpeDecoder final : public Decoder {
 public:
  explicit BpeDecoder(std::string suffix) : suffix_(std::move(suffix)) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "BPEDecoder"; }

 private:
  std::string suffix_;
};

/// Bytes for the characters that stand for them (tokenize/byte_alphabet.h), U+FFFD for what is then not UTF-8. A token
/// with any other character in it stays as it is. All becomes one token.
class ByteLevelDecoder final : public Decoder {
 public:
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "ByteLevel"; }
};

/// A byte for "<0x61>". Bytes in a row become one token; if they are not UTF-8, U+FFFD for each of them.
class ByteFallbackDecoder final : public Decoder {
 public:
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "ByteFallback"; }
};

/// A space for the character that stands for one ("\u2581"); in the first token nothing, if one was put there.
class MetaspaceDecoder final : public Decoder {
 public:
  MetaspaceDecoder(std::string replacement, bool prepended)
      : replacement_(std::move(replacement)), prepended_(prepended) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "Metaspace"; }

 private:
  std::string replacement_;
  bool prepended_;
};

/// Drops repeated tokens and those that pad.
/// Source  Graves et al. 2006, "Connectionist temporal classification".
class CtcDecoder final : public Decoder {
 public:
  /// `cleanup`: clean_up_spaces(), and a space for each `word_delimiter`.
  CtcDecoder(std::string pad, std::string word_delimiter, bool cleanup)
      : pad_(std::move(pad)), word_delimiter_(std::move(word_delimiter)), cleanup_(cleanup) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return cleanup_ ? "CTC(cleanup)" : "CTC"; }

 private:
  std::string pad_, word_delimiter_;
  bool cleanup_;
};

/// Puts a text for each match of a pattern, token by token.
class ReplaceDecoder final : public Decoder {
 public:
  ReplaceDecoder(std::string pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  ReplaceDecoder(Regex regex, std::string content) : regex_(std::move(regex)), content_(std::move(content)) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "Replace"; }

 private:
  std::string pattern_;
  std::optional<Regex> regex_;
  std::string content_;
};

/// One token of all.
class FuseDecoder final : public Decoder {
 public:
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "Fuse"; }
};

/// Takes up to `start` times a character from the begin of each token, up to `stop` times from its end.
class StripDecoder final : public Decoder {
 public:
  StripDecoder(std::string content, std::int64_t start, std::int64_t stop)
      : content_(std::move(content)), start_(start), stop_(stop) {}
  std::unique_ptr<TokenSink> start(TokenSink& next) const override;
  std::string describe() const override { return "Strip"; }

 private:
  std::string content_;
  std::int64_t start_, stop_;
};

}  // namespace sememe
