#pragma once

#include <optional>

#include "tokenize/normalizers/character_normalizer.h"

namespace sememe {

/// What BERT does to a text before it is split.
/// Source  google-research/bert, tokenization.py, BasicTokenizer; switches as in Hugging Face tokenizers.
class BertNormalizer final : public CharacterNormalizer {
 public:
  struct Options {
    bool clean_text = true;             ///< drops control characters, makes every whitespace a space
    bool handle_chinese_chars = true;   ///< puts spaces around ideographs
    std::optional<bool> strip_accents;  ///< NFD without nonspacing marks; absent: as lowercase
    bool lowercase = true;
  };
  explicit BertNormalizer(const Options& options) : options_(options) {}

  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

  const Options& options() const { return options_; }
  bool strips_accents() const { return options_.strip_accents.value_or(options_.lowercase); }

 private:
  void clean(NormalizedString& text) const;
  void strip_accents_and_lower(NormalizedString& text) const;
  Options options_;
};

}  // namespace sememe
