#pragma once

#include <span>
#include <string_view>

#include "sememe/tokenizer.h"

namespace sememe {

/// Takes from each token's range, and from those of what overflows, as many characters of the text as the token has
/// spaces at that end. `add_prefix_space`: one space before the first token of a row, or before one at the begin of a
/// text, was put there by a step before and is not in the text.
/// Precondition: Encoding::tokens. texts: the originals, by sequence id.
/// Source  process_offsets of Hugging Face tokenizers' byte_level, which counts in characters.
void trim_offsets(Encoding& encoding, std::span<const std::string_view> texts, bool add_prefix_space);

}  // namespace sememe
