#pragma once

#include <functional>
#include <vector>

#include "sememe/trainer.h"
#include "train/examples.h"
#include "train/learner.h"

namespace sememe::train {

/// Looks for what no error tells: data that repeat or leak, batches that work against themselves, vectors that
/// collapse.
class Doctor {
 public:
  explicit Doctor(std::function<void(const TrainFinding&)> tell) : tell_(std::move(tell)) {}

  /// Before training: rows that come again, and rows with a text that the model is judged by.
  /// Errors   those of RecordReader on the files of `tasks`.
  void look_at_data(const ExampleSource& source, const std::vector<EvalTask>& tasks);
  /// While training: what each batch was and became.
  void look_at_batch(const BatchStream::Batch& batch, const ExampleSource& source, const Learner::Outcome& outcome);
  /// After training.
  void look_back();

  const std::vector<TrainFinding>& findings() const { return findings_; }

 private:
  struct Anchors {  // of one source
    std::int64_t seen = 0, beaten = 0;
    std::vector<Learner::NearNegative> worst;
    std::string file;
    bool twice = false;  // whether a text that stood twice in a batch was told of
  };
  void find(TrainFinding finding);

  std::function<void(const TrainFinding&)> tell_;
  std::vector<TrainFinding> findings_;
  std::vector<Anchors> anchors_;
  std::int64_t collapsed_ = 0;
};

}  // namespace sememe::train
