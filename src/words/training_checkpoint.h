#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "io/safetensors.h"
#include "sememe/word2vec.h"

namespace sememe {

/// Where a training stands beside its rows. Random numbers are functions of the seed and of counts: these few numbers
/// are all.
struct TrainingPlace {
  std::int64_t epoch = 0;
  std::int64_t steps = 0;      ///< of the epoch that are done: blocks of words, or rounds of cells
  std::int64_t all_steps = 0;  ///< of all epochs
  std::int64_t items = 0;      ///< words or pairs that are done
  double loss = 0;             ///< of the epoch so far, where it is measured
};

/// The checkpoint of one training of word vectors.
class TrainingCheckpoint {
 public:
  /// What has to be the same for a training to go on: names and values, of which "training" tells the kind.
  using Settings = std::map<std::string, std::string>;
  /// Numbers that a training changes.
  struct Part {
    std::string name;
    std::span<float> values;
  };

  /// Opens the file that is to be resumed. Errors  those of WordCheckpoints, of the corpus apart.
  TrainingCheckpoint(const WordCheckpoints& options, Settings settings);
  /// Errors  kInvalidArgument: the file is of another corpus.
  void set_corpus(std::uint64_t fingerprint);
  /// Fills `parts` with what the file holds and gives its place; without a file, nothing changes and it is the
  /// beginning. Errors  kCorrupt.
  TrainingPlace load(std::span<const Part> parts);
  /// Writes the file if the last one is old enough.
  void save_if_due(std::span<const Part> parts, const TrainingPlace& place);

 private:
  using Clock = std::chrono::steady_clock;
  void require_same(const std::string& name, const std::string& value) const;
  void remove_leftovers() const;

  WordCheckpoints options_;
  Settings settings_;
  std::optional<TensorStore> store_;  // of the file to resume, until it is loaded
  Clock::time_point saved_ = Clock::now();
};

}  // namespace sememe
