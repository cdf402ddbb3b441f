#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tokenize/normalizers/character_normalizer.h"
#include "unicode/normal_form.h"

namespace sememe {

/// Several normalizers, one after another.
class NormalizerSequence final : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<const Normalizer>> steps) : steps_(std::move(steps)) {}
  void normalize(NormalizedString& text) const override;
  bool keeps_punctuation_seams() const override;
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  bool punctuation_seams_stay() const override;
  bool keeps_word(std::string_view word) const override;
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<const Normalizer>> steps_;
};

/// Lower case, character by character.
class Lowercase final : public CharacterNormalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "Lowercase"; }
};

/// NFD, NFC, NFKD and NFKC.
class UnicodeNormalizer final : public CharacterNormalizer {
 public:
  explicit UnicodeNormalizer(NormalForm form) : form_(form) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  NormalForm form_;
};

/// Drops combining marks; decomposes nothing itself.
class StripAccents final : public CharacterNormalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "StripAccents"; }
};

/// Drops some control characters and makes spaces of others, of invisible characters and of line ends.
/// Source  google/sentencepiece, builder.cc, BuildNmtNFKCMap, as Hugging Face tokenizers has it.
class Nmt final : public CharacterNormalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "Nmt"; }
};

/// Every byte becomes the character that stands for it (tokenize/byte_alphabet.h).
class ByteLevelNormalizer final : public CharacterNormalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  std::string describe() const override { return "ByteLevel"; }
};

/// Drops whitespace at the ends.
class Strip final : public CharacterNormalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  bool left_, right_;
};

/// Puts `prefix` before a text that is not empty; it belongs to the text's first character. (An empty prefix takes the
/// range of that character away, as in the reference.)
class Prepend final : public CharacterNormalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  void normalize(NormalizedString& text) const override;
  bool keeps_word(std::string_view) const override { return true; }
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  std::string describe() const override;

 private:
  std::string prefix_;
};

}  // namespace sememe
