#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "sememe/word2vec.h"

namespace sememe {

struct PrepareOptions {
  bool keep_case = false;
  std::int64_t max_words = 0;  ///< end with the line that has this word; 0: all
  int threads = 0;
};

struct PreparedCorpus {
  std::int64_t lines = 0, words = 0;  ///< written
  std::int64_t broken_lines = 0;      ///< that are not UTF-8; what is not separates words
};

/// Makes a corpus ready for word vectors: lower case, every longest run of letters and digits is a word, words are
/// separated by a space, lines without words are left out. Files are streamed; "-" is standard input.
///
/// Values   as Python's re.findall(r"[^\W_]+", line.lower()) gives them; the same bytes for any number of threads.
/// Stages   of `progress`: "preparing" (bytes).
/// Errors   kInvalidArgument: no file, an option out of range; those of files.
PreparedCorpus prepare_corpus(std::span<const std::filesystem::path> files, const std::filesystem::path& out,
                              const PrepareOptions& options = {}, const WordTrainingProgress& progress = {});

enum class PhraseScoring {
  kDefault,     ///< (n(ab) - min_count) / (n(a) n(b)) * different words and pairs: gensim's "default"
  kNpmi,        ///< ln(p(ab) / (p(a) p(b))) / -ln p(ab), -1 to 1, of pairs that occur min_count times
  kWord2Phrase  ///< (n(ab) - min_count) / (n(a) n(b)) * words of the corpus; of words that occur min_count times
};

struct PhraseOptions {
  PhraseScoring scoring = PhraseScoring::kDefault;
  std::int64_t min_count = 5;
  /// Pairs with a score above are joined; absent: 10 for kDefault, 0.5 for kNpmi, 100 for kWord2Phrase.
  std::optional<double> threshold;
  std::string delimiter = "_";  ///< stands between the words of a phrase
  bool list = false;            ///< write the phrases, "a_b<TAB>score" a line by their bytes, instead of the text
  int threads = 0;
};

struct PhraseReport {
  std::int64_t words = 0;    ///< of the corpus
  std::int64_t entries = 0;  ///< different words and pairs
  std::int64_t joined = 0;   ///< pairs of the text that became one word
};

/// Joins words that stand together more often than by chance, "new york" to "new_york": from the left, each word goes
/// into one pair. Again on its own output, it finds longer ones. Lines stay lines, words are separated by one space.
///
/// Values   as gensim 4.4's Phrases(...)[line]; the same bytes for any number of threads. A pair and a word that is
///          written like it share a count, as there.
/// Stages   of `progress`: "counting" and "joining" (bytes).
/// Errors   kInvalidArgument: an option out of range, no word; those of train_word2vec for files, which are read twice.
/// Memory   all different words and pairs, those of each thread while they are counted: some 60 bytes each.
/// Source   Mikolov et al. 2013, "Distributed representations of words and phrases and their compositionality", section
///          4; Bouma 2009, "Normalized (pointwise) mutual information in collocation extraction".
PhraseReport join_phrases(std::span<const std::filesystem::path> files, const std::filesystem::path& out,
                          const PhraseOptions& options = {}, const WordTrainingProgress& progress = {});

}  // namespace sememe
