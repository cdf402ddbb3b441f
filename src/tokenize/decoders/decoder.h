#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sememe {

/// The way back: rewrites a list of tokens so that one after the other they read as text.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void decode(std::vector<std::string>& tokens) const = 0;
  virtual std::string describe() const = 0;
};

/// Joins what begins with the prefix ("##") to the token before, sets spaces elsewhere.
class WordPieceDecoder final : public Decoder {
 public:
  /// `cleanup`: no space before . , ? ! and English contractions.
  WordPieceDecoder(std::string prefix, bool cleanup) : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  void decode(std::vector<std::string>& tokens) const override;
  std::string describe() const override { return cleanup_ ? "WordPiece(cleanup)" : "WordPiece"; }

 private:
  std::string prefix_;
  bool cleanup_;
};

}  // namespace sememe
