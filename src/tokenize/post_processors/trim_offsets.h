#pragma once

#include "tokenize/post_processors/post_processor.h"

namespace sememe {

/// Takes from each token's range, and from those of what overflows, as many characters of the text as the token has
/// spaces at that end. `add_prefix_space`: one space before the first token of a row, or before one at the begin of a
/// text, was put there by a step before and is not in the text.
/// Source  process_offsets of Hugging Face tokenizers' byte_level, which counts in characters.
void trim_offsets(Encoding& encoding, const PostProcessor::Texts& texts, bool add_prefix_space);

}  // namespace sememe
