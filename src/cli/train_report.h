#pragma once

#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/progress.h"
#include "sememe/trainer.h"

namespace sememe::cli {

/// Tells on standard error how a training goes: a progress line, a note for each evaluation and every so many steps.
class TrainWatcher {
 public:
  explicit TrainWatcher(Console& console) : console_(console), progress_(console) {}
  TrainProgress callback();
  void finish(const TrainReport& report);

 private:
  void see(const TrainEvent& event);

  Console& console_;
  StageProgress progress_;
  double loss_ = 0;  ///< moving mean
  bool begun_ = false;
};

/// "stsb-dev: spearman 0.8672, pearson 0.8704".
std::string result_line(const EvalResult& result);

/// A curve of `rows` lines: the means of consecutive parts of `values`, largest on top.
std::string small_plot(const std::vector<double>& values, int columns, int rows);

}  // namespace sememe::cli
