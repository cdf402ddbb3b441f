#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/word2vec.h"
#include "words/word_table.h"

namespace sememe {

/// The words of a corpus, most frequent first, equally frequent ones by their bytes.
struct CorpusVocabulary {
  WordTable words;
  std::vector<std::int64_t> counts;
  std::int64_t known = 0;  ///< sum of `counts`
  std::int64_t total = 0;  ///< words of the corpus, also those that were too rare
};

/// Counts the words of all files. Errors  kInvalidArgument: none occurs `min_count` times; those of LineSource.
CorpusVocabulary count_corpus(std::span<const std::filesystem::path> files, std::int64_t min_count, ThreadPool& pool,
                              const WordTrainingProgress& progress);

/// Hands the corpus to `take` as ids of known words, some megabytes of text at a time; -1 ends a line.
void read_corpus(std::span<const std::filesystem::path> files, const WordTable& words, ThreadPool& pool,
                 FunctionRef<void(std::span<const std::int32_t>)> take);

}  // namespace sememe
