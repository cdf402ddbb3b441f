#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tokenize/normalizers/normalizer.h"

namespace sememe {

/// Several normalizers, one after another.
class NormalizerSequence final : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<const Normalizer>> steps) : steps_(std::move(steps)) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<const Normalizer>> steps_;
};

/// Lower case, character by character.
class Lowercase final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "Lowercase"; }
};

class Nfd final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "NFD"; }
};

class Nfc final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "NFC"; }
};

/// Drops combining marks; decomposes nothing itself.
class StripAccents final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override;
  std::string describe() const override { return "StripAccents"; }
};

/// Drops whitespace at the ends.
class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  bool left_, right_;
};

/// Puts `content` in the place of every occurrence of `pattern` (plain text, not empty).
class ReplaceString final : public Normalizer {
 public:
  ReplaceString(std::string pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  std::string pattern_, content_;
};

/// Puts `prefix` before a text that is not empty; it belongs to the text's first character.
class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  void normalize(NormalizedString& text) const override;
  std::string describe() const override;

 private:
  std::string prefix_;
};

}  // namespace sememe
