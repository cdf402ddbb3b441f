#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/file.h"

namespace sememe {

/// fastText's table of character n-grams, left in the mapped file.
struct NgramTable {
  MappedFile file;
  std::int64_t min_length = 0, max_length = 0;  ///< of an n-gram, in characters, < and > included
  std::int64_t buckets = 0;
  bool end_is_a_word = false;       ///< </s> has n-grams too, as in the format without a magic number
  const std::byte* rows = nullptr;  ///< (buckets, dim) floats, not aligned
};

/// Buckets of the n-grams of "<word>", in fastText's order: by start, then by length; single < and > are none.
/// Source  fastText, dictionary.cc: Dictionary::computeSubwords.
std::vector<std::int64_t> ngram_buckets_of(std::string_view word, const NgramTable& table);

/// Adds the rows of all n-grams of `word` to `sum`; how many there were.
std::int64_t add_ngrams(std::string_view word, const NgramTable& table, std::span<float> sum);

}  // namespace sememe
