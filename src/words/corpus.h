#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/word2vec.h"
#include "words/blanks.h"
#include "words/word_table.h"

namespace sememe {

/// The words of a corpus, most frequent first, equally frequent ones by their bytes.
struct CorpusVocabulary {
  WordTable words, labels;
  std::vector<std::int64_t> counts, label_counts;
  std::int64_t known = 0;         ///< sum of `counts`
  std::int64_t total = 0;         ///< words of the corpus, also those that were too rare
  std::uint64_t fingerprint = 0;  ///< of all bytes of the text, in their order
};

/// What is counted.
struct CountingRules {
  std::int64_t min_count = 1;        ///< rarer words are left out
  std::string_view line_end;         ///< the word that each end of a line is; empty: none
  std::string_view label;            ///< words that begin so are labels; empty: none are
  std::int64_t min_label_count = 0;  ///< rarer labels are left out
};

/// Counts the words of all files. Errors  kInvalidArgument: none occurs `min_count` times; those of ByteSource.
CorpusVocabulary count_corpus(std::span<const std::filesystem::path> files, const CountingRules& rules,
                              ThreadPool& pool, const WordTrainingProgress& progress);

inline constexpr std::size_t kLongestWord = 256;  // longer ones are no words, and would fill the memory

/// Calls take(word) for each word of a text; those longer than `longest` are passed over.
template <class Take>
void for_each_word(std::string_view text, const Take& take, std::size_t longest = kLongestWord) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at]) || text[at] == '\0') {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && !is_blank(text[at]) && text[at] != '\0') ++at;
    if (at - start <= longest) take(text.substr(start, at - start));
  }
}

/// Hands the corpus over in order, some megabytes at a time, cut into pieces of whole lines, as long as `take` wants
/// more. Of a line of more than 1 MiB a piece is a part that ends with a blank, if it has one: what makes something of
/// lines takes it for a line.
void for_each_chunk(std::span<const std::filesystem::path> files,
                    FunctionRef<bool(std::span<const std::string_view> pieces, std::int64_t bytes_read)> take);

/// Bytes of all files as stored, as far as they are known.
std::int64_t bytes_of(std::span<const std::filesystem::path> files);

/// How often words occur.
struct TokenCounts {
  WordTable words;
  std::vector<std::int64_t> counts;
  std::int64_t total = 0;         ///< of what was added
  std::uint64_t fingerprint = 0;  ///< of all bytes of the text, in their order

  void add(std::string_view word, std::int64_t times) {
    const std::int64_t id = words.add_or_find(word);
    if (id == std::ssize(counts)) counts.push_back(0);
    counts[static_cast<std::size_t>(id)] += times;
    total += times;
  }
  std::int64_t count(std::string_view word) const {
    const auto id = words.find(word);
    return id ? counts[static_cast<std::size_t>(*id)] : 0;
  }
};

/// Counts what `count` adds for each piece, on all threads; the order of the words depends on them.
TokenCounts count_tokens(std::span<const std::filesystem::path> files,
                         FunctionRef<void(std::string_view piece, TokenCounts& into)> count, ThreadPool& pool,
                         const WordTrainingProgress& progress);

/// Hands the corpus to `take` as ids of known words, some megabytes of text at a time; -1 ends a line.
void read_corpus(std::span<const std::filesystem::path> files, const WordTable& words, ThreadPool& pool,
                 FunctionRef<void(std::span<const std::int32_t>)> take);

}  // namespace sememe
