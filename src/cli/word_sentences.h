#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "sememe/encoder.h"
#include "sememe/sentence_vectors.h"

namespace sememe::cli {

/// Whether --model is a file of word vectors: a file, and no .sememe one.
bool names_word_vectors(const Arguments& arguments);

/// Word vectors in the place of a model: a text is the weighted mean of its words, as --pooling and
/// --remove-components say.
class WordSentences {
 public:
  /// Errors  kInvalidArgument: a flag that word vectors have no use for; those of WordVectors::load.
  WordSentences(const Arguments& arguments, Console& console);

  std::int64_t dimensions() const { return vectors_.dim(); }
  /// Whether a vector depends on all texts, which then have to be encoded together.
  bool needs_all_texts() const { return removed_components(options_) > 0; }
  /// Shapes  (texts, dimensions()). `stats`, if given: the words that were found in each.
  Matrix encode(std::span<const std::string_view> texts, std::vector<TextStats>* stats = nullptr) const;

 private:
  WordVectors vectors_;
  SentenceVectorOptions options_;
  bool normalize_;
};

}  // namespace sememe::cli
