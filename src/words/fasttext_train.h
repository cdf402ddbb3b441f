#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "sememe/fasttext.h"
#include "words/corpus.h"
#include "words/fasttext_model.h"
#include "words/local_rows.h"
#include "words/training_checkpoint.h"

namespace sememe {

/// A model of words; options are in range.
FastTextModel train_fasttext_words(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                                   const WordTrainingProgress& progress, Word2VecReport* report);

/// A model of labels; options are in range.
FastTextModel train_fasttext_labels(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                                    const WordTrainingProgress& progress, Word2VecReport* report);

struct LabelTraining {
  double lr = 0;        ///< at the start
  double cooldown = 1;  ///< the last part of the training, in which it falls to 0
  std::int64_t epochs = 1;
  std::uint64_t seed = 1;
  std::string_view label;  ///< how labels begin
};

/// Trains the rows of a model of labels, which are owned floats, on, from the place of the checkpoint.
void train_labels(FastTextModel& model, std::span<const std::filesystem::path> corpus, const LabelTraining& how,
                  ThreadPool& pool, const WordTrainingProgress& progress, TrainingCheckpoint& checkpoint);

/// Input rows and labels of one line.
struct LabelledLine {
  std::vector<std::int64_t> rows;
  std::vector<std::int32_t> labels;
  std::int64_t words = 0;  ///< of the line, known or not, with its end
};

/// Takes a line apart as the model needs it. `label`: words that begin so are no words, even if they are unknown.
void parse_labelled_line(std::string_view line, const FastTextModel& model, std::string_view label, LabelledLine& out);

/// The part of the training in which the learning rate falls.
double cooldown_of(const FastTextOptions& options);

/// A model with settings and words, but without rows.
FastTextModel start_fasttext(CorpusVocabulary vocabulary, const FastTextOptions& options);

/// Rows of inputs, small random numbers, and of outputs, zeros, for a model.
SharedRows start_rows(const FastTextModel& model, std::uint64_t seed, ThreadPool& pool);
void adopt_rows(FastTextModel& model, SharedRows rows);
/// Throws kInvalidArgument if training led beyond the range of a float. Precondition: owned floats.
void require_finite(const FastTextModel& model);

}  // namespace sememe
