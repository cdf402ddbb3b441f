#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tokenize/pre_tokenizers/scanners.h"
#include "tokenize/pre_tokenizers/split_behavior.h"
#include "unicode/regex.h"

namespace sememe {

/// At the matches of a regular expression, or of a text as it stands. Inverted, what lies between the matches counts as
/// the delimiters.
class Split final : public PreTokenizer {
 public:
  enum class Kind { kString, kRegex };
  /// Throws as Regex does.
  Split(Kind kind, std::string_view pattern, SplitBehavior behavior, bool invert,
        RegexSyntax syntax = RegexSyntax::kOniguruma);

  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override;
  Seam seam_at_punctuation() const override;
  std::string describe() const override;

 private:
  bool pieces_are_matches() const;
  bool is_within_words() const;
  void find_literal(std::string_view text, Piece piece, Stretches& out) const;
  void find_regex(std::string_view text, Piece piece, Stretches& out) const;

  Kind kind_;
  std::string pattern_;
  SplitBehavior behavior_;
  bool invert_;
  const Scanner* scanner_ = nullptr;
  std::optional<Regex> regex_;  // unless the scanner or the search for a text does it
};

}  // namespace sememe
