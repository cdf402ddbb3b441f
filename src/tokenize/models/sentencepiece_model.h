#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/byte_trie.h"
#include "tokenize/models/model.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

/// An entry of a SentencePiece vocabulary; its index is its id.
struct SentencePiece {
  enum class Type : std::uint8_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6,
  };
  std::string_view text;  ///< well-formed UTF-8
  float score = 0;
  Type type = Type::kNormal;
};

/// The pieces of a model that stay whole wherever a text has them.
class UserDefinedSymbols {
 public:
  explicit UserDefinedSymbols(const std::vector<SentencePiece>& pieces);
  bool empty() const { return empty_; }
  /// Bytes of the longest symbol that `text` begins with, 0 if there is none. Of more than 64 such symbols only the 64
  /// shortest count, as in the reference.
  std::size_t longest_prefix(std::string_view text) const;

 private:
  ByteTrie trie_;
  bool empty_;
};

/// What the models of SentencePiece share: the pieces, and what becomes of an unknown part of a text.
/// Source  google/sentencepiece 0.2.3, model_interface.cc and SentencePieceProcessor::PopulateSentencePieceText.
class SentencePieceModel : public TokenModel {
 public:
  std::optional<std::int32_t> unknown_id() const override { return unk_id_; }
  std::int64_t vocab_size() const override { return static_cast<std::int64_t>(types_.size()); }
  std::int32_t max_id() const override { return static_cast<std::int32_t>(types_.size()) - 1; }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override;

 protected:
  /// Throws, beginning with `where`, kCorrupt: no or two unknown pieces, a piece that is empty or there twice, byte
  /// pieces that are not all there or should not be; kUnsupported: a piece of 8000 bytes or more.
  SentencePieceModel(std::string name, const std::vector<SentencePiece>& pieces, bool byte_fallback,
                     const std::string& where);

  static constexpr std::int32_t kUnknown = -1;

  /// Whether `mark` stands in `text` after another character.
  static bool goes_over_cut(std::string_view text, std::string_view mark);
  /// Bytes of the character that begins so, in text that need not be well formed.
  static std::size_t character_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  }

  SentencePiece::Type type(std::int32_t id) const { return types_[static_cast<std::size_t>(id)]; }
  /// Whether text may become this piece.
  bool usable(std::int32_t id) const {
    return type(id) == SentencePiece::Type::kNormal || type(id) == SentencePiece::Type::kUserDefined;
  }
  /// Id of a piece that text may become; kUnknown if it is none.
  std::int32_t find_usable(std::string_view text) const;
  const Vocabulary& vocabulary() const { return vocabulary_; }
  bool byte_fallback() const { return byte_fallback_; }

  /// Appends bytes [begin, end) of `text` as piece `id`; kUnknown: as its bytes, or as the unknown piece, which takes
  /// in one that `out` ends with, unless that is one of the first `before`.
  void append(std::string_view text, std::int32_t begin, std::int32_t end, std::int32_t id, std::size_t before,
              std::vector<ModelToken>& out) const;

 private:
  std::string name_;
  Vocabulary vocabulary_;
  std::vector<SentencePiece::Type> types_;
  bool byte_fallback_;
  std::int32_t unk_id_ = -1;
  std::array<std::int32_t, 256> byte_ids_{};
};

}  // namespace sememe
