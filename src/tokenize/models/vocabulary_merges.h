#pragma once

#include <span>
#include <vector>

#include "tokenize/models/merge_table.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

enum class SplitUnit { kByte, kCharacter };

/// The merges of a BPE that has no list of them: any two symbols merge whose texts together are one of `results`, in
/// the order of these. All ways to split a result stand next to each other. Symbols
/// and results are entries of `symbols`; texts are split between bytes or characters.
std::vector<MergeTable::Merge> vocabulary_merges(const Vocabulary& symbols, std::span<const std::int32_t> results,
                                                 SplitUnit unit);

}  // namespace sememe
