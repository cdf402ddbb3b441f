#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "sememe/word2vec.h"

namespace sememe::cli {

inline constexpr Option kCorpusOption = {
    .name = "input",
    .letter = 'i',
    .value = "FILE",
    .help =
        "Read sentences from FILE and from those after it, one a line, words separated by spaces; each may be "
        "packed (gzip, zstd), and is read again for each epoch",
    .repeats = true};
inline constexpr Option kDimOption = {"dim", '\0', "N", "Numbers of a vector (default: 100)", 1, 1 << 16};
inline constexpr Option kWindowOption = {
    "window", '\0', "N", "Words to each side, of which a random part is looked at (default: 5)", 1, 1000};
inline constexpr Option kNegativeOption = {"negative", '\0', "N", "Noise words a word (default: 5)", 1, 1000};
inline constexpr Option kEpochsOption = {"epochs", '\0',   "N", "How often to go through the corpus (default: 5)",
                                         1,        1 << 20};
inline constexpr Option kHogwildOption = {
    "hogwild", '\0', "",
    "Threads write to the same vectors without order: faster, but no two runs with more than one thread are equal"};
inline constexpr Option kWordsSeedOption = {
    "seed", '\0', "N", "Where the random numbers begin (default: 1)", 0, std::int64_t{1} << 62};

inline constexpr Option kCheckpointOptions[] = {
    {"resume", '\0', "", "Go on from the checkpoint of a run that was ended; without one, begin"},
    {"save-minutes", '\0', "X",
     "Write a checkpoint, FILE.checkpoint, every X minutes; it is removed at the end (default: 10; 0: never)"},
};

/// What --resume and --save-minutes ask for a training that writes `out`: OUT.checkpoint if that is a file. Looks
/// whether `out` can be written, before hours are spent.
/// Errors  kInvalidArgument: --resume without a file; kIo, as AtomicFile.
WordCheckpoints checkpoints_of(const Arguments& arguments, const std::string& out);
/// Removes the checkpoint of a training whose result is saved.
void remove_checkpoint(const WordCheckpoints& checkpoints);

/// The files of --input and the operands. Errors  kInvalidArgument: none.
std::vector<std::filesystem::path> corpus_files(const Arguments& arguments);

/// The number of a flag, or `otherwise`. Errors  kInvalidArgument: it is none.
double real_option(const Arguments& arguments, std::string_view name, double otherwise);

/// "4G", "500M", "64K" or bytes, as a flag gives them. Errors  kInvalidArgument.
std::int64_t bytes_of(const std::string& text, std::string_view flag);

/// Progress of a training, and what there is to say at its end.
class TrainingTalk {
 public:
  explicit TrainingTalk(Console& console) : console_(console), stages_(console), whole_(console) {}

  WordTrainingProgress progress();
  Word2VecReport* report() { return &report_; }
  /// Call when the training is done.
  void finish();
  /// "71,290 words from 17,005,207, 1,234,567 words/s in training, 12.3 s", under --verbose.
  void tell(std::int64_t words);
  double seconds() const { return whole_.seconds(); }  ///< since the beginning

 private:
  Console& console_;
  StageProgress stages_;
  Progress whole_;
  Word2VecReport report_;
  double training_seconds_ = 0;
};

}  // namespace sememe::cli
