#pragma once

#include <cstdint>
#include <string>

namespace sememe::cli {

/// Sentences of four subjects, each in two wordings: rows of `anchor` and `positive`, as .tsv.
std::string made_up_pairs(std::uint64_t seed);

/// A few words beside words that are near them among the word vectors that come with the program, each side with common
/// words of its own thrown in, as these say little: `count` rows of the same kind.
/// Errors   kNotFound: the file of word vectors is not beside the program.
std::string word_pairs(std::uint64_t seed, std::int64_t count, int threads);

}  // namespace sememe::cli
