#include "map/tsne.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr double kMomentum = 0.8;
constexpr double kGainUp = 0.2, kGainDown = 0.8, kLeastGain = 0.01;
constexpr double kLongestStep = 5;
constexpr double kStartDeviation = 1e-4, kStartNoise = 0.01;

}  // namespace

TsneDescent::TsneDescent(TsneObjective objective, std::vector<double> y, ThreadPool& pool)
    : objective_(std::move(objective)),
      pool_(pool),
      y_(std::move(y)),
      gradient_(y_.size()),
      update_(y_.size()),
      gains_(y_.size(), 1.0) {}

void TsneDescent::save(MapState& state) {
  if (const GridConvolution* const grid = objective_.grid()) state.grid = grid->lengths();
  state.layout = y_;
  state.updates = update_;
  state.gains = gains_;
}

void TsneDescent::restore(const MapState& state) {
  if (GridConvolution* const grid = objective_.grid()) grid->set_lengths(state.grid);
  y_ = state.layout;
  update_ = state.updates;
  gains_ = state.gains;
}

bool TsneDescent::run(const TsneSchedule& schedule, std::int64_t done,
                      const std::function<bool(std::int64_t)>& keep_going) {
  for (std::int64_t iteration = done + 1; iteration <= schedule.iterations; ++iteration) {
    // From one exaggeration to the next by steps of equal ratio.
    const double left = std::max(0.0, 1 - static_cast<double>(iteration) / static_cast<double>(schedule.easing + 1));
    const double exaggeration = schedule.exaggeration * std::pow(schedule.ease_from / schedule.exaggeration, left);
    objective_.gradient(y_, exaggeration, gradient_, false);
    step(schedule.learning_rate * schedule.exaggeration / exaggeration);
    if (keep_going && !keep_going(iteration)) return false;
  }
  return true;
}

void TsneDescent::step(double learning_rate) {
  const std::int64_t n = std::ssize(y_) / 2;
  for_each_block(pool_, n, 4 * kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = 2 * first; i < 2 * (first + count); i += 2) {
      for (std::int64_t c = i; c < i + 2; ++c) {
        const auto sign = [](double v) { return (v > 0) - (v < 0); };
        // The update goes against the gradient: different signs mean that it keeps its direction.
        gains_[c] = sign(update_[c]) != sign(gradient_[c]) ? gains_[c] + kGainUp : gains_[c] * kGainDown + kLeastGain;
        update_[c] = kMomentum * update_[c] - learning_rate * gains_[c] * gradient_[c];
      }
      const double length = std::hypot(update_[i], update_[i + 1]);
      if (length > kLongestStep)
        for (std::int64_t c = i; c < i + 2; ++c) update_[c] *= kLongestStep / length;
      y_[i] += update_[i];
      y_[i + 1] += update_[i + 1];
    }
  });
  double mean[2] = {0, 0};
  for (std::int64_t i = 0; i < 2 * n; ++i) mean[i % 2] += y_[i] / static_cast<double>(n);
  for (std::int64_t i = 0; i < 2 * n; ++i) y_[i] -= mean[i % 2];
}

double TsneDescent::kl_divergence() { return objective_.gradient(y_, 1, gradient_, true); }

std::vector<double> tsne_start(std::vector<double> scores, std::uint64_t seed) {
  const std::int64_t n = std::ssize(scores) / 2;
  double mean = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += scores[2 * i] / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) squares += (scores[2 * i] - mean) * (scores[2 * i] - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(1, n)));
  const bool flat = !(deviation > 0);
  const CounterRng rng(seed, 0x74736E65);
  for (std::int64_t i = 0; i < 2 * n; ++i) {
    const double noise = kStartDeviation * static_cast<double>(rng.normal(static_cast<std::uint64_t>(i)));
    scores[i] = flat ? noise : scores[i] / deviation * kStartDeviation + kStartNoise * noise;
  }
  return scores;
}

}  // namespace sememe
