#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/word2vec.h"
#include "words/block_queue.h"
#include "words/corpus.h"
#include "words/local_rows.h"
#include "words/noise.h"
#include "words/training_checkpoint.h"

namespace sememe {

/// How to go through a corpus.
struct TrainingPlan {
  double lr = 0;        ///< at the start
  double cooldown = 1;  ///< the last part of the training, in which it falls to almost 0; above 0, at most 1
  std::int64_t epochs = 1;
  std::int64_t words = 0;  ///< known ones of the corpus
  BlockLimits limits;
};

/// Leads a method through the corpus: method.train(blocks, count, lr, steps) trains on the first `count` blocks, before
/// which `steps` were trained, and takes method.round() at a time but for the last.
template <class Method>
class BlockTraining {
 public:
  BlockTraining(const TrainingPlan& plan, SharedRows& shared, Method& method, ThreadPool& pool,
                const WordTrainingProgress& progress)
      : plan_(plan), shared_(shared), method_(method), pool_(pool), progress_(progress) {}

  /// Trains from the place of the checkpoint on. How many words that were.
  template <class Weight>
  std::int64_t run(std::span<const std::filesystem::path> corpus, const WordTable& words, const Weight& weight,
                   TrainingCheckpoint& checkpoint) {
    const std::int64_t round = method_.round();
    const TrainingCheckpoint::Part parts[] = {{"inputs", shared_.inputs.span()}, {"outputs", shared_.outputs.span()}};
    place_ = checkpoint.load(parts);
    const std::int64_t before = place_.items;
    for (; place_.epoch < plan_.epochs; ++place_.epoch, place_.steps = 0) {
      std::int64_t trained = place_.steps;  // blocks that come again, when a training goes on
      const auto take = [&](std::int64_t least) {
        const std::int64_t again = std::min(trained, blocks_.size());
        blocks_.drop(again);
        trained -= again;
        while (blocks_.size() >= least) {
          train_blocks(std::min(round, blocks_.size()));
          checkpoint.save_if_due(parts, place_);
        }
      };
      read_corpus(corpus, words, pool_, [&](std::span<const std::int32_t> ids) {
        blocks_.push(ids, plan_.limits, weight);
        take(round);
      });
      blocks_.end_block();
      take(1);
    }
    return place_.items - before;
  }

 private:
  void train_blocks(std::int64_t count) {
    const std::int64_t total = plan_.words * plan_.epochs;
    const double left = 1 - static_cast<double>(place_.items) / static_cast<double>(total);
    const double part = std::clamp(left / plan_.cooldown, 1e-4, 1.0);
    method_.train(blocks_, count, plan_.lr * part, place_.all_steps);
    place_.items += blocks_.drop(count);
    place_.steps += count;
    place_.all_steps += count;
    if (progress_) progress_("training", place_.items, total);
  }

  TrainingPlan plan_;
  SharedRows& shared_;
  Method& method_;
  ThreadPool& pool_;
  const WordTrainingProgress& progress_;
  BlockQueue blocks_;
  TrainingPlace place_;
};

/// The vectors that a training made: the first `dim` of each row of `rows`, which are `stride` floats.
/// Errors  kInvalidArgument: they left the range of a float.
WordVectors trained_vectors(std::string_view what, WordTable words, Buffer<float> rows, std::int64_t dim,
                            std::int64_t stride);

/// How likely an occurrence of each word is kept, where `total` words are counted.
std::vector<float> kept_parts(const std::vector<std::int64_t>& counts, std::int64_t total, double sample);

/// Throws kInvalidArgument unless `value` is from `least` to `most`.
void require_within(std::string_view what, std::string_view name, std::int64_t value, std::int64_t least,
                    std::int64_t most);
/// The same for the part of a training in which the learning rate falls: above 0, at most 1.
void require_cooldown(std::string_view what, double cooldown);
/// The same for a corpus: files, and none of them standard input.
void require_corpus(std::string_view what, std::span<const std::filesystem::path> corpus);

}  // namespace sememe
