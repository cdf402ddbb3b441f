#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "tokenize/pre_tokenizers/split_behavior.h"

/// Pre-tokenizers that look at one character at a time.
namespace sememe {

/// Several pre-tokenizers, one after another.
class PreTokenizerSequence final : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<const PreTokenizer>> steps) : steps_(std::move(steps)) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override;
  Seam seam_at_punctuation() const override;
  bool rewrites_spaces() const override;
  std::string describe() const override;

 private:
  std::vector<std::unique_ptr<const PreTokenizer>> steps_;
};

/// At whitespace, which goes, and around every punctuation character.
/// Source  google-research/bert, tokenization.py, whitespace_tokenize and _run_split_on_punc.
class BertPreTokenizer final : public PreTokenizer {
 public:
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return Seam::kCut; }
  Seam seam_at_punctuation() const override { return Seam::kCut; }
  std::string describe() const override { return "BertPreTokenizer"; }
};

/// The matches of \w+|[^\w\s]+
class Whitespace final : public PreTokenizer {
 public:
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return Seam::kCut; }
  Seam seam_at_punctuation() const override { return Seam::kCut; }
  std::string describe() const override { return "Whitespace"; }
};

/// At whitespace, which goes.
class WhitespaceSplit final : public PreTokenizer {
 public:
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return Seam::kCut; }
  Seam seam_at_punctuation() const override { return Seam::kKept; }
  std::string describe() const override { return "WhitespaceSplit"; }
};

class Punctuation final : public PreTokenizer {
 public:
  explicit Punctuation(SplitBehavior behavior) : behavior_(behavior) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return Seam::kKept; }
  Seam seam_at_punctuation() const override;
  std::string describe() const override { return "Punctuation"; }

 private:
  SplitBehavior behavior_;
};

/// Numeric characters apart from others, each alone or in runs.
class Digits final : public PreTokenizer {
 public:
  explicit Digits(bool individual) : individual_(individual) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return Seam::kKept; }
  Seam seam_at_punctuation() const override { return Seam::kKept; }
  std::string describe() const override { return individual_ ? "Digits(individual)" : "Digits"; }

 private:
  bool individual_;
};

/// At one given character, which goes.
class CharDelimiterSplit final : public PreTokenizer {
 public:
  explicit CharDelimiterSplit(char32_t delimiter) : delimiter_(delimiter) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override;
  Seam seam() const override { return delimiter_ == ' ' ? Seam::kCut : Seam::kKept; }
  Seam seam_at_punctuation() const override { return Seam::kKept; }
  std::string describe() const override { return "CharDelimiterSplit"; }

 private:
  char32_t delimiter_;
};

}  // namespace sememe
