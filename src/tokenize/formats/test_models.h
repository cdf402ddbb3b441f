#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/sentencepiece_model.h"

/// Small models and the bytes of their files, for tests.
namespace sememe::test {

class ProtobufWriter {
 public:
  ProtobufWriter& number(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3);
    varint(value);
    return *this;
  }
  ProtobufWriter& bytes(std::uint32_t field, std::string_view value) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(value.size());
    out_.append(value);
    return *this;
  }
  ProtobufWriter& real(std::uint32_t field, float value) {
    varint(std::uint64_t{field} << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 4; ++i) out_.push_back(static_cast<char>(bits >> (8 * i)));
    return *this;
  }
  const std::string& text() const { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  std::string out_;
};

struct SentencePieceFile {
  std::vector<SentencePiece> pieces;
  int model_type = 1;  ///< 1 Unigram, 2 BPE, 3 word, 4 char
  bool byte_fallback = false;
  std::string charsmap;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true;

  std::string bytes() const {
    ProtobufWriter out;
    for (const SentencePiece& piece : pieces) {
      ProtobufWriter one;
      one.bytes(1, piece.text).real(2, piece.score);
      if (piece.type != SentencePiece::Type::kNormal) one.number(3, static_cast<std::uint64_t>(piece.type));
      out.bytes(1, one.text());
    }
    out.bytes(2, ProtobufWriter().number(3, static_cast<std::uint64_t>(model_type)).number(35, byte_fallback).text());
    ProtobufWriter normalizer;
    if (!charsmap.empty()) normalizer.bytes(2, charsmap);
    normalizer.number(3, add_dummy_prefix).number(4, remove_extra_whitespaces);
    out.bytes(3, normalizer.text());
    return out.text();
  }
};

/// Pieces "<0x00>" to "<0xFF>" live as long as the program.
inline const std::vector<std::string>& byte_pieces() {
  static const std::vector<std::string> pieces = [] {
    std::vector<std::string> out;
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (std::size_t i = 0; i < 256; ++i) out.push_back({'<', '0', 'x', kDigits[i >> 4], kDigits[i & 15], '>'});
    return out;
  }();
  return pieces;
}

class GgufWriter {
 public:
  GgufWriter& text(std::string_view key, std::string_view value) {
    begin(key, 8);
    string(value);
    return *this;
  }
  GgufWriter& flag(std::string_view key, bool value) {
    begin(key, 7);
    body_.push_back(value ? 1 : 0);
    return *this;
  }
  GgufWriter& number(std::string_view key, std::uint32_t value) {
    begin(key, 4);
    fixed(value, 4);
    return *this;
  }
  GgufWriter& texts(std::string_view key, const std::vector<std::string>& values) {
    array(key, 8, values.size());
    for (const std::string& value : values) string(value);
    return *this;
  }
  GgufWriter& floats(std::string_view key, const std::vector<float>& values) {
    array(key, 6, values.size());
    for (const float value : values) fixed(std::bit_cast<std::uint32_t>(value), 4);
    return *this;
  }
  GgufWriter& integers(std::string_view key, const std::vector<std::int32_t>& values) {
    array(key, 5, values.size());
    for (const std::int32_t value : values) fixed(static_cast<std::uint32_t>(value), 4);
    return *this;
  }
  /// An array that claims more than is there, or a type of one's choice.
  GgufWriter& raw(std::string_view key, std::uint32_t type, std::string_view bytes) {
    begin(key, type);
    body_.append(bytes);
    return *this;
  }
  std::string bytes(std::uint32_t version = 3) const {
    GgufWriter head;
    head.body_ = "GGUF";
    head.fixed(version, 4);
    head.fixed(0, 8);
    head.fixed(count_, 8);
    return head.body_ + body_;
  }

 private:
  void fixed(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) body_.push_back(static_cast<char>(value >> (8 * i)));
  }
  void string(std::string_view value) {
    fixed(value.size(), 8);
    body_.append(value);
  }
  void begin(std::string_view key, std::uint32_t type) {
    ++count_;
    string(key);
    fixed(type, 4);
  }
  void array(std::string_view key, std::uint32_t type, std::size_t size) {
    begin(key, 9);
    fixed(type, 4);
    fixed(size, 8);
  }
  std::string body_;
  std::uint64_t count_ = 0;
};

/// With an unknown piece before them, which every model needs.
inline std::vector<SentencePiece> with_unknown(std::vector<SentencePiece> pieces) {
  pieces.insert(pieces.begin(), {"<unk>", 0, SentencePiece::Type::kUnknown});
  return pieces;
}

/// The tokens of `text` as one piece.
inline std::vector<ModelToken> tokens_of(const TokenModel& model, std::string_view text) {
  const auto scratch = model.make_scratch();
  std::vector<ModelToken> tokens;
  model.tokenize(text, scratch.get(), tokens);
  return tokens;
}

/// "ab|c?": the pieces of `text`, those that are unknown with a question mark.
inline std::string cut(const TokenModel& model, std::string_view text) {
  std::string out;
  for (const ModelToken& token : tokens_of(model, text)) {
    out.append(out.empty() ? "" : "|");
    out.append(text.substr(static_cast<std::size_t>(token.begin), static_cast<std::size_t>(token.end - token.begin)));
    if (*model.id_to_token(token.id) == "<unk>") out.append("?");
  }
  return out;
}

}  // namespace sememe::test
