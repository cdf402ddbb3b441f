#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sememe/tokenizer.h"

namespace sememe {

/// Appends `count` tokens that are what `run` says, its end aside.
void append_run(Encoding::Runs& runs, std::size_t count, Encoding::Run run);
/// Appends the tokens [begin, end) of `from`.
void append_runs(Encoding::Runs& runs, const Encoding::Runs& from, std::size_t begin, std::size_t end);

/// Appends one token.
void append_token(Encoding& encoding, std::int32_t id, Offset offset, std::int32_t type_id, std::int32_t word_id,
                  std::int32_t sequence_id, bool special);

/// Tokens [begin, end), without what overflows.
Encoding slice(const Encoding& encoding, std::size_t begin, std::size_t end);

/// Appends `other`. Each overflowing piece of one side is combined with the other side and with each of its pieces:
/// first those of `encoding`, then `encoding` itself with those of `other`.
/// Source  the order of Hugging Face tokenizers' Encoding::merge_with.
void append(Encoding& encoding, const Encoding& other);
/// The same, for an `other` that nobody needs any more: where nothing overflows, the larger of the two is not copied.
void append(Encoding& encoding, Encoding&& other);

/// Cuts to `max_length` tokens; the rest goes to overflowing, if `keep_overflow`, in pieces of that length that share
/// `stride` tokens. Throws kInvalidArgument unless stride < max_length (or max_length = 0: all overflows).
void truncate(Encoding& encoding, std::int64_t max_length, std::int64_t stride, Direction direction,
              bool keep_overflow);

/// Appends or prepends padding up to `length` tokens, to overflowing pieces too.
void pad(Encoding& encoding, std::int64_t length, const Padding& padding);

/// The length that `padding` gives to texts of which the longest has `longest` tokens.
/// Throws kInvalidArgument unless padding.multiple_of is 1 or more.
std::int64_t padded_length(const Padding& padding, std::int64_t longest);

/// Cuts one text (second = nullptr) or two, so that `max_length` tokens remain in all.
/// Throws kInvalidArgument if the strategy cannot reach that.
void truncate(Encoding& first, Encoding* second, std::int64_t max_length, const Truncation& truncation,
              bool keep_overflow);

}  // namespace sememe
