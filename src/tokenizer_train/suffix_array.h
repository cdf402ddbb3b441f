#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sememe {

/// Starts of all suffixes of `text` in their order. Values are in [0, alphabet). O(n + alphabet) time.
/// Precondition: less than 2^31 - 1 of them.
/// Source  Nong, Zhang & Chan 2009, "Linear suffix array construction by almost pure induced-sorting" (SA-IS).
std::vector<std::int32_t> suffix_array(std::span<const std::int32_t> text, std::int32_t alphabet);

/// For each pair of neighbours in the suffix array, [i] of suffixes i and i + 1, how many values they begin with in
/// common before the first `boundary`. O(n) time.
/// Source  Karkkainen, Manzini & Puglisi 2009, "Permuted longest-common-prefix array".
std::vector<std::int32_t> common_prefixes(std::span<const std::int32_t> text, std::span<const std::int32_t> suffixes,
                                          std::int32_t boundary);

}  // namespace sememe
