#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/chunks.h"
#include "cli/console.h"
#include "cli/text_input.h"
#include "cli/word_sentences.h"
#include "sememe/encoder.h"

namespace sememe::cli {

/// What --model makes of texts, be it a model or a file of word vectors.
class TextVectors {
 public:
  /// Errors  those of load_encoder() and WordSentences.
  TextVectors(const Arguments& arguments, Console& console);

  std::int64_t dimensions() const { return dimensions_; }
  /// Embeds the texts of the input, which texts_of() gives for each chunk of records, and hands them to `take`: chunk
  /// by chunk, or all together where a vector depends on all texts. Tells of texts that were cut.
  /// Errors  kInvalidArgument: a text is too long, and --on-long is error; those of TextInput.
  void each(TextInput& input, const std::function<std::vector<std::string_view>(const Chunk&)>& texts_of,
            const std::function<void(Chunk&, const Matrix&)>& take) const;

 private:
  Console& console_;
  std::optional<WordSentences> words_;
  std::optional<Encoder> encoder_;
  EncodeOptions options_;
  bool refuses_long_texts_ = false;
  std::int64_t dimensions_;
};

/// All texts of an input with their vectors.
struct EmbeddedTexts {
  std::vector<std::string> texts;
  Matrix vectors;
};
EmbeddedTexts embed_all(const Arguments& arguments, Console& console);

}  // namespace sememe::cli
