#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/tokenizer.h"
#include "tokenize/added_tokens.h"
#include "tokenize/decoders/decoder.h"
#include "tokenize/models/model.h"
#include "tokenize/normalizers/normalizer.h"
#include "tokenize/post_processors/post_processor.h"
#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// The parts of a tokenizer, as a loader finds them. All but the model may be absent.
struct Pipeline {
  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
  std::unique_ptr<const TokenModel> model;
  std::unique_ptr<const PostProcessor> post_processor;
  std::unique_ptr<const Decoder> decoder;
  AddedTokens added;
  std::optional<Truncation> truncation;
  std::optional<std::int64_t> model_max_length;
  std::string source;  ///< the file it came from
};

/// Tokens of one text before special tokens and truncation.
struct RawTokens {
  struct Token {
    std::int32_t id;
    Offset offset;
    std::int32_t word;
  };
  std::vector<Token> tokens;
  std::int32_t words = 0;

  bool keep_literals = false;
  /// Index in tokens and text of added tokens, if keep_literals.
  std::vector<std::pair<std::size_t, std::string>> literals;
};

/// Added tokens, normalizer, pre-tokenizer and model over a text. Immutable; borrows the pipeline.
class TextTokenizer {
 public:
  explicit TextTokenizer(const Pipeline& pipeline);
  /// Precondition: well-formed UTF-8, less than 2 GiB.
  void tokenize(std::string_view text, RawTokens& out) const;

 private:
  struct Workspace;
  void tokenize_segment(std::string_view segment, std::int32_t shift, Workspace& work, RawTokens& out) const;
  void tokenize_bert(std::string_view segment, std::int32_t shift, Workspace& work, RawTokens& out) const;
  void tokenize_word(std::string_view word, std::int32_t shift, Workspace& work, RawTokens& out) const;

  const Pipeline& pipeline_;
  bool bert_ = false;       // BERT's normalizer and pre-tokenizer: whitespace separates independent runs
  bool lowercase_ = false;  // of that normalizer
};

}  // namespace sememe
