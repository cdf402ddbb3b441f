#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tokenize/normalizers/normalizer.h"
#include "unicode/regex.h"

namespace sememe {

/// Puts `content` in the place of every occurrence of `pattern` (plain text, not empty). It has the range of the last
/// character that it replaces.
class ReplaceString final : public Normalizer {
 public:
  ReplaceString(std::string pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void normalize(NormalizedString& text) const override;
  bool keeps_punctuation_seams() const override;
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  bool punctuation_seams_stay() const override;
  bool keeps_word(std::string_view) const override { return pattern_ == " "; }
  std::string describe() const override;

 private:
  std::string pattern_, content_;
};

/// The same for every match of a regular expression. What replaces an empty match has the range of the character
/// before. Errors  those of Regex.
class ReplaceRegex final : public Normalizer {
 public:
  ReplaceRegex(std::string pattern, std::string content);
  void normalize(NormalizedString& text) const override;
  bool keeps_punctuation_seams() const override;
  std::optional<std::string> seam_mark(std::string_view mark) const override;
  bool punctuation_seams_stay() const override;
  std::string describe() const override;

 private:
  /// Patterns that need no engine: runs of whitespace, of two spaces or more.
  enum class Kind : std::uint8_t { kSpaces, kTwoSpaces, kAny };

  Regex regex_;
  std::string content_;
  Kind kind_;
};

}  // namespace sememe
