#pragma once

#include <cstdint>

#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// Every `length` characters; the last piece may have fewer.
class FixedLength final : public PreTokenizer {
 public:
  /// Precondition: length > 0.
  explicit FixedLength(std::int64_t length) : length_(length) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  std::string describe() const override { return "FixedLength(" + std::to_string(length_) + ")"; }

 private:
  std::int64_t length_;
};

}  // namespace sememe
