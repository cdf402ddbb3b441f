#pragma once

#include <string_view>
#include <vector>

#include "tokenize/pre_tokenizers/pre_tokenizer.h"
#include "unicode/regex.h"

namespace sememe {

/// Hand-written matchers for the patterns that most tokenizers split their text with. Linear in the text.
struct Scanner {
  /// Appends the matches of the pattern in text[piece], in order.
  void (*scan)(std::string_view text, const Piece& piece, std::vector<Piece>& out);
  /// Every character of any text is in a match.
  bool covers;
};

/// The scanner that finds exactly what `pattern` finds, or nullptr if that pattern has none.
/// Source  the patterns: GPT-2's encoder.py; tiktoken_ext/openai_public.py; tokenizer.json files of Llama 3, Qwen2,
///         gpt-oss, Mistral, CLIP.
const Scanner* find_scanner(std::string_view pattern, RegexSyntax syntax = RegexSyntax::kOniguruma);

/// GPT-2's, which ByteLevel has built in.
const Scanner& gpt2_scanner();

/// A pattern that has a scanner, for tests.
struct KnownPattern {
  std::string_view pattern;
  RegexSyntax syntax;
  Scanner scanner;
};
const std::vector<KnownPattern>& known_patterns();

}  // namespace sememe
