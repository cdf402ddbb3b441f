#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/attention_probe.h"
#include "sememe/encoder.h"

namespace sememe {

/// One text on its way through a transformer, without a prompt: its tokens are those of the text.
struct TextTrace {
  std::string text;
  TokenizationSteps steps;  ///< cut to the L tokens that the model reads
  TextStats stats;
  TokenEmbeddings last;
  AttentionTrace inside;
  Matrix vector;  ///< (1, D)
};

/// `probe` is of the encoder's model. Errors  as Encoder::encode().
TextTrace trace_text(const Encoder& encoder, const AttentionProbe& probe, std::string_view text);

/// What each of the L tokens of `one` adds to its cosine with `other`: cos = sum over tokens of h . b / (L |mean h|
/// |b|). Nothing, where the model's vector does not point the way of the mean of its tokens.
std::vector<float> cosine_shares(const TextTrace& one, const TextTrace& other);

}  // namespace sememe
