#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "train/parameters.h"

namespace sememe::train {

enum class OptimizerKind { kAdamW, kSgd };
enum class Schedule { kConstant, kLinear, kCosine };

std::optional<OptimizerKind> parse_optimizer(std::string_view name);  ///< "adamw", "sgd"
std::optional<Schedule> parse_schedule(std::string_view name);        ///< "constant", "linear", "cosine"

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double rate = 2e-5;
  double weight_decay = 0.01;  ///< AdamW: decoupled; SGD: added to the gradient; not of biases and norms
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0;  ///< SGD
  double clip = 1;      ///< largest norm of all gradients together; 0: any
  Schedule schedule = Schedule::kLinear;
  std::int64_t warmup = 0;  ///< steps
  std::int64_t steps = 1;   ///< of the whole training
};

/// Learning rate of step `step` (from 0): rises from 0 over the warm-up, then stays, or falls to 0 at the end.
double scheduled_rate(const OptimizerOptions& options, std::int64_t step);

/// Changes parameters by their gradients. Every value depends on its own gradient and on the norm of all alone, so the
/// result is the same for any number of threads.
/// Source   Loshchilov & Hutter 2019 (AdamW), with the arithmetic of torch.optim.
class Optimizer {
 public:
  Optimizer(ParameterSet<float>& parameters, const OptimizerOptions& options, ThreadPool& pool);

  /// One step, at the rate of the schedule; gradients are left as they are. Returns the norm of all gradients before
  /// clipping.
  double step() { return step(scheduled_rate(options_, step_)); }
  double step(double rate);
  std::int64_t steps() const { return step_; }

  /// Moments of parameter i of the set (empty if it has none yet), for checkpoints.
  struct State {
    Buffer<float> first, second;
  };
  std::vector<State>& states() { return states_; }
  void set_steps(std::int64_t steps) { step_ = steps; }

 private:
  void update(Parameter<float>& p, State& s, double rate, double scale);

  ParameterSet<float>& parameters_;
  OptimizerOptions options_;
  ThreadPool& pool_;
  std::vector<State> states_;
  std::int64_t step_ = 0;
};

}  // namespace sememe::train
