#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "tokenize/models/model.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

/// A token for each word that is in the vocabulary as it stands, without the ASCII punctuation around it, or so and in
/// lower case; the first of these that is a stop word or in the vocabulary counts. Other words vanish.
/// Source  sentence-transformers, modules/tokenizer/whitespace.py, WhitespaceTokenizer.tokenize.
class WordLookup final : public TokenModel {
 public:
  WordLookup(Vocabulary vocabulary, std::unordered_set<std::string> stop_words)
      : vocabulary_(std::move(vocabulary)), stop_words_(std::move(stop_words)) {}

  std::unique_ptr<Scratch> make_scratch() const override;
  void tokenize(std::string_view word, Scratch* scratch, std::vector<ModelToken>& out) const override;
  std::int64_t vocab_size() const override { return vocabulary_.size(); }
  std::int32_t max_id() const override { return vocabulary_.max_id(); }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override;

 private:
  struct Buffer;
  Vocabulary vocabulary_;
  std::unordered_set<std::string> stop_words_;
};

/// `text` in lower case as a whole: a capital sigma at the end of a word becomes a final one.
/// Source  Python's str.lower(), which follows section 3.13 of the Unicode standard.
void append_lower(std::string_view text, std::string& out);

}  // namespace sememe
