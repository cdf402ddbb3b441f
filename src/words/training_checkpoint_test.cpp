#include "words/training_checkpoint.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

#include "io/safetensors_writer.h"
#include "io/test_files.h"
#include "sememe/fasttext.h"
#include "sememe/glove.h"
#include "sememe/log.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

std::string random_lines(std::uint64_t seed) {
  std::string text;
  RandomStream random(seed, 0);
  for (int i = 0; i < 1500; ++i) {
    for (int j = 0; j < 12; ++j) text.append("w").append(std::to_string(random.below(60))).append(" ");
    text.append("\n");
  }
  return text;
}

class WordCheckpointFile : public testing::Test {
 protected:
  /// One of the trainings, as bytes. `dim` 12 is the usual one.
  std::string train(int which, int threads, const WordCheckpoints& checkpoints,
                    const WordTrainingProgress& progress = {}, std::int64_t dim = 12) const {
    const std::filesystem::path out = folder_ / "out";
    if (which < 2) {
      train_word2vec(corpus_,
                     {.architecture = which == 0 ? Word2VecArchitecture::kSkipGram : Word2VecArchitecture::kCbow,
                      .dim = dim,
                      .hierarchical_softmax = which == 1,
                      .sample = 0.01,
                      .epochs = 3,
                      .threads = threads,
                      .checkpoints = checkpoints},
                     progress)
          .save(out);
    } else if (which == 2) {
      train_glove(corpus_, {.dim = dim, .epochs = 3, .threads = threads, .checkpoints = checkpoints}, progress)
          .save(out);
    } else {
      FastTextOptions options{.dim = dim, .epochs = 3, .buckets = 300, .threads = threads, .checkpoints = checkpoints};
      if (which == 5) options.kind = FastTextModelKind::kCbow;
      if (which == 4) {
        options = FastTextOptions::supervised();
        options.loss = FastTextLoss::kNegativeSampling;
        options.dim = dim;
        options.epochs = 12;  // each of the two files is a step
        options.label = "w1";
        options.threads = threads;
        options.checkpoints = checkpoints;
      }
      FastText::train(corpus_, options, progress).save(out);
    }
    return file_bytes(out);
  }
  /// A training that ends after its `steps`-th step, with a checkpoint of the one before.
  void begin(int which, int steps, int threads, bool resume) const {
    const auto stop = [&, left = steps](std::string_view stage, std::int64_t, std::int64_t) mutable {
      if (stage == "training" && --left == 0) throw std::runtime_error("stop");
    };
    EXPECT_THROW(train(which, threads, {file_, 0, resume}, stop), std::runtime_error) << which << ' ' << steps;
  }

  TemporaryFolder folder_;
  const std::vector<std::filesystem::path> corpus_ = {folder_.add("a", random_lines(1)),
                                                      folder_.add("b", random_lines(2))};
  const std::filesystem::path file_ = folder_ / "checkpoint";
};

TEST_F(WordCheckpointFile, ATrainingThatGoesOnEndsWithTheSameBytes) {
  for (int which = 0; which < 6; ++which) {
    const std::string whole = train(which, 2, {});
    for (const int steps : {2, 3, 9, 11}) {
      std::filesystem::remove(file_);
      begin(which, steps, 1, false);
      begin(which, 7, 3, true);
      EXPECT_EQ(train(which, 2, {file_, 0, true}), whole) << which << ' ' << steps;
      EXPECT_EQ(train(which, 1, {file_, 1e9, true}), whole) << which << ": of the last step";
    }
  }
}

TEST_F(WordCheckpointFile, WithoutTheFileATrainingBegins) {
  EXPECT_EQ(train(0, 1, {file_, 1e9, true}), train(0, 1, {}));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(WordCheckpointFile, WhatDoesNotBelongToTheTrainingIsRefused) {
  begin(0, 5, 1, false);
  const WordCheckpoints resume{file_, 0, true};
  EXPECT_FAILS(train(0, 1, {file_, 0, false}), kInvalidArgument, "there is a checkpoint already");
  EXPECT_FAILS(train(0, 1, resume, {}, 13), kInvalidArgument, "of a training with dim '12', and this one has '13'");
  EXPECT_FAILS(train(1, 1, resume), kInvalidArgument, "architecture 'skipgram'");
  EXPECT_FAILS(train(2, 1, resume), kInvalidArgument, "with training 'word2vec', and this one has 'glove'");
  folder_.add("b", random_lines(3));
  EXPECT_FAILS(train(0, 1, resume), kInvalidArgument, "on another corpus");
  std::string swapped = random_lines(2);
  std::swap(swapped[1], swapped[swapped.find(' ') + 2]);  // the same counts
  folder_.add("b", swapped);
  EXPECT_FAILS(train(0, 1, resume), kInvalidArgument, "on another corpus");
  folder_.add("b", random_lines(2));
  EXPECT_EQ(train(0, 1, resume), train(0, 1, {}));
}

TEST_F(WordCheckpointFile, DamagedFilesAreErrors) {
  for (int which = 0; which < 4; which += 2) {
    std::filesystem::remove(file_);
    begin(which, 5, 1, false);
    const std::string bytes = file_bytes(file_);
    for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 20) {
      folder_.add("checkpoint", bytes.substr(0, size));
      EXPECT_FAILS(train(which, 1, {file_, 0, true}), kCorrupt, "checkpoint");
    }
    std::string other = bytes;
    other.replace(other.find("place.steps"), 11, "place.stepx");
    folder_.add("checkpoint", other);
    EXPECT_FAILS(train(which, 1, {file_, 0, true}), kCorrupt, "does not say its place.steps");
  }
  write_safetensors(file_, {}, {});
  EXPECT_FAILS(train(0, 1, {file_, 0, true}), kCorrupt, "is no checkpoint of word vectors");
}

TEST_F(WordCheckpointFile, APlaceBeyondTheEndIsTheEnd) {
  for (int which = 0; which < 6; ++which) {
    std::filesystem::remove(file_);
    begin(which, 5, 1, false);
    const TensorStore store = TensorStore::open(file_);
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, tensor] : store.tensors())
      tensors.push_back({.name = name, .shape = tensor.shape, .data = tensor.data});
    auto facts = store.metadata();
    facts["place.steps"] = facts["place.items"] = facts["place.all_steps"] = std::to_string(std::int64_t{1} << 60);
    write_safetensors(file_, tensors, facts);
    EXPECT_NE(train(which, 1, {file_, 1e9, true}), "");
  }
}

TEST_F(WordCheckpointFile, OneThatCannotBeWrittenIsAWarning) {
  std::string warning;
  set_log_handler([&](LogLevel, std::string_view message) { warning = message; });
  const std::string bytes = train(0, 1, {folder_ / "absent" / "file", 0, false});
  set_log_handler({});
  EXPECT_EQ(bytes, train(0, 1, {}));
  EXPECT_NE(warning.find("no checkpoint was written"), std::string::npos) << warning;
}

}  // namespace
}  // namespace sememe::test
