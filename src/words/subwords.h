#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sememe {

/// How words are cut into character n-grams.
struct NgramSettings {
  std::int64_t min_length = 0, max_length = 0;  ///< of an n-gram, in characters, < and > included; 0: there are none
  std::int64_t buckets = 0;
  bool end_is_a_word = false;  ///< </s> has n-grams too
};

/// Buckets of the n-grams of "<word>", in fastText's order: by start, then by length; single < and > are none.
/// Source  fastText, dictionary.cc: Dictionary::computeSubwords.
std::vector<std::int64_t> ngram_buckets_of(std::string_view word, const NgramSettings& settings);

/// fastText's hash of a word or an n-gram: 32-bit FNV-1a, but with bytes taken as signed, which the files depend on.
std::uint32_t fasttext_hash(std::string_view text) noexcept;

}  // namespace sememe
