#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "sememe/words.h"

namespace sememe {

enum class Word2VecArchitecture { kSkipGram, kCbow };

/// A file in which a training keeps what it needs to go on after it was ended; written whole or not at all.
///
/// Values   a training that goes on ends with the bytes of one that was never ended (unless `hogwild`).
/// Errors   of the training: kInvalidArgument: the file is there, and `resume` is false; it is of other settings or of
///          another corpus; kCorrupt. A checkpoint that cannot be written is a warning in the log.
/// The file stays when the training is done: remove it when the vectors are saved.
struct WordCheckpoints {
  std::filesystem::path file;  ///< empty: there are none
  double seconds = 600;        ///< from one to the next
  bool resume = false;         ///< go on from `file`; if it is not there, begin
};

struct Word2VecOptions {
  Word2VecArchitecture architecture = Word2VecArchitecture::kSkipGram;
  std::int64_t dim = 100;
  std::int64_t window = 5;            ///< words to each side, of which a random part is looked at
  std::int64_t negative = 5;          ///< noise words a word
  bool hierarchical_softmax = false;  ///< words are told by the way to them in a Huffman tree, without noise words
  std::int64_t min_count = 5;         ///< words that occur less often are passed over
  double sample = 1e-3;               ///< words more frequent than this are thinned out; 0: none are
  std::int64_t epochs = 5;
  double lr = 0;          ///< learning rate at the start; 0: 0.025 for skip-gram, 0.05 for CBOW
  double cooldown = 0.4;  ///< the last part of the training, in which lr falls to almost 0; 1: all, as in word2vec.c
  std::uint64_t seed = 1;
  int threads = 0;       ///< 0: all cores the process may use
  bool hogwild = false;  ///< threads write to the same vectors without order: faster, and no two runs are equal
  WordCheckpoints checkpoints;
};

struct Word2VecReport {
  std::int64_t words = 0;          ///< of the corpus
  std::int64_t known_words = 0;    ///< that are in the vocabulary
  std::int64_t trained_words = 0;  ///< in all epochs, those before a resumed training went on left out
};

/// `stage`: "counting" (done, total: bytes as stored) or "training" (words); total 0 is unknown. It may throw, which
/// ends the training.
using WordTrainingProgress = std::function<void(std::string_view stage, std::int64_t done, std::int64_t total)>;

/// Trains word vectors with negative sampling or hierarchical softmax. A line of the corpus is a sentence, words are
/// separated by ASCII white space; a line of more than 1 MiB counts as several. Files are streamed, once to count and
/// once an epoch, packed by gzip or zstd or not.
///
/// Values   the same bytes for any number of threads, unless `hogwild`. Words of the vocabulary stand by count, equal
///          ones by their bytes. Noise words are drawn from 512 (skip-gram: 2,048) that some 1,000 words of the corpus
///          share, which keeps their vectors in the cache; skip-gram draws them from an eighth of these, which the
///          target is of, so that up to eight threads train pairs one after another that touch nothing else.
/// Errors   kInvalidArgument: an option out of range, standard input, no word that occurs min_count times, numbers
///          that left the range of a float; kNotFound; kCorrupt (damaged gzip or zstd); kIo; those of WordCheckpoints.
/// Memory   two vectors a word, the vocabulary, some megabytes a thread, skip-gram up to 64 MiB more; counting: the
/// distinct words of each thread. Source   Mikolov et al. 2013, "Distributed representations of words and phrases and
/// their compositionality"; start
///          values and counting of gensim 4.4.
WordVectors train_word2vec(std::span<const std::filesystem::path> corpus, const Word2VecOptions& options,
                           const WordTrainingProgress& progress = {}, Word2VecReport* report = nullptr);

}  // namespace sememe
