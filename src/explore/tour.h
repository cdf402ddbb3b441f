#pragma once

#include <string>
#include <string_view>

#include "model/attention_probe.h"
#include "sememe/encoder.h"

namespace sememe {

/// The lesson of `sememe explore --tour`, computed by a model for the texts that a reader gives: JSON for its page.
/// Threads  const.
class Tour {
 public:
  static constexpr std::int64_t kMostTokens = 64;  ///< of a text: its attention is shown as a square of them

  /// Both must outlive this, and be of one model.
  Tour(const Encoder& encoder, const AttentionProbe& probe) : encoder_(encoder), probe_(probe) {}

  /// {"texts": [two of {"text", "normalized", "tokens": [{"token", "id", "row", "special", "share"}], "heads",
  /// "attention": [of each layer, (heads, L, L)], "vector"}], "cosine"}. A share is what the token's last hidden state
  /// adds to the cosine; it is null where the model's vector is not the mean of its tokens.
  /// Errors   kInvalidArgument: a text that is empty, too long, or no UTF-8.
  std::string lesson(std::string_view text, std::string_view other) const;

  /// {"word": "bank", "sentences", "static", "contextual"}: cosines of the word between sentences, by its rows of the
  /// table, which do not know the sentence, and by its last hidden states, which do.
  std::string bank() const;

  /// All that the page begins with: {"lesson", "bank", "model", "layers", "dimensions", "pooling"}.
  std::string document(std::string_view text, std::string_view other) const;

 private:
  const Encoder& encoder_;
  const AttentionProbe& probe_;
};

}  // namespace sememe
