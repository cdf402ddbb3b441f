#include "train/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/training.h"

namespace sememe::train {
namespace {

constexpr std::array<std::string_view, 2> kKinds = {"adamw", "sgd"};
constexpr std::array<std::string_view, 3> kSchedules = {"constant", "linear", "cosine"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

}  // namespace

std::optional<OptimizerKind> parse_optimizer(std::string_view name) { return named<OptimizerKind>(kKinds, name); }
std::optional<Schedule> parse_schedule(std::string_view name) { return named<Schedule>(kSchedules, name); }

double scheduled_rate(const OptimizerOptions& o, std::int64_t step) {
  if (step < o.warmup) return o.rate * static_cast<double>(step) / static_cast<double>(o.warmup);
  if (o.schedule == Schedule::kConstant) return o.rate;
  const double rest = static_cast<double>(std::max<std::int64_t>(1, o.steps - o.warmup));
  const double left = std::max(0.0, static_cast<double>(o.steps - step) / rest);
  return o.schedule == Schedule::kLinear ? o.rate * left : o.rate * 0.5 * (1 + std::cos(std::numbers::pi * (1 - left)));
}

Optimizer::Optimizer(ParameterSet<float>& parameters, const OptimizerOptions& options, ThreadPool& pool)
    : parameters_(parameters), options_(options), pool_(pool), states_(parameters.all().size()) {}

double Optimizer::step(double rate) {
  const double norm = parameters_.gradient_norm(pool_);
  // As torch.nn.utils.clip_grad_norm_.
  const double scale = options_.clip > 0 ? std::min(1.0, options_.clip / (norm + 1e-6)) : 1.0;
  ++step_;
  states_.resize(parameters_.all().size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    Parameter<float>& p = *parameters_.all()[i];
    if (p.trained && !p.gradient.empty()) update(p, states_[i], rate * p.rate, scale);
  }
  return norm;
}

void Optimizer::update(Parameter<float>& p, State& s, double rate, double scale) {
  const bool adam = options_.kind == OptimizerKind::kAdamW;
  if (s.first.empty() && (adam || options_.momentum != 0)) s.first = Buffer<float>(p.value.size(), 0.0F);
  if (s.second.empty() && adam) s.second = Buffer<float>(p.value.size(), 0.0F);
  const double decay = p.decays ? options_.weight_decay : 0;
  const auto steps = static_cast<double>(step_);
  const AdamStep adam_step{.rate = static_cast<float>(rate),
                           .decay = static_cast<float>(decay),
                           .beta1 = static_cast<float>(options_.beta1),
                           .beta2 = static_cast<float>(options_.beta2),
                           .epsilon = static_cast<float>(options_.epsilon),
                           .correction1 = static_cast<float>(1 - std::pow(options_.beta1, steps)),
                           .correction2 = static_cast<float>(1 - std::pow(options_.beta2, steps)),
                           .gradient_scale = static_cast<float>(scale)};
  const auto change = [&](std::int64_t first, std::int64_t n) {
    float* const value = p.value.data() + first;
    const float* const gradient = p.gradient.data() + first;
    if (adam)
      return training_kernels().adamw(adam_step, gradient, s.first.data() + first, s.second.data() + first, value, n);
    for (std::int64_t i = 0; i < n; ++i) {
      float g = gradient[i] * static_cast<float>(scale) + static_cast<float>(decay) * value[i];
      // The first gradient is the momentum itself, not (1 - momentum) of it.
      if (!s.first.empty()) g = s.first[first + i] = static_cast<float>(options_.momentum) * s.first[first + i] + g;
      value[i] -= static_cast<float>(rate) * g;
    }
  };
  if (!p.by_rows) {
    for_each_block(pool_, p.value.size(), 1 << 14, [&](std::int64_t first, std::int64_t n, int) { change(first, n); });
    return;
  }
  // Rows that never had a gradient have no moments: all that could happen to them is decay.
  if (p.moving.empty()) p.moving.assign(static_cast<std::size_t>(p.rows()), 0);
  const float keep = 1.0F - adam_step.rate * adam_step.decay;
  for_each_block(pool_, p.rows(), 64, [&](std::int64_t first, std::int64_t n, int) {
    for (std::int64_t r = first; r < first + n; ++r) {
      auto& moving = p.moving[static_cast<std::size_t>(r)];
      moving = moving != 0 || p.touched[static_cast<std::size_t>(r)] != 0;
      if (moving != 0 || (!adam && decay != 0))
        change(r * p.cols(), p.cols());
      else if (adam && keep != 1.0F)
        training_kernels().scale(keep, p.value.data() + r * p.cols(), p.cols());
    }
  });
}

}  // namespace sememe::train
