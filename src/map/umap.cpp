#include "map/umap.h"

#include <algorithm>
#include <cmath>

#include "base/buffer.h"
#include "base/rng.h"
#include "map/lanes.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr std::int64_t kTurns = 8;         // of an epoch: the points that move at once are every eighth
constexpr std::int64_t kMovesBlock = 128;  // points that one job moves

/// Whether an edge that is due in `part` of the epochs is due in this one.
bool is_due(float part, std::int64_t epoch) {
  const auto now = static_cast<float>(epoch) * part, before = static_cast<float>(epoch - 1) * part;
  return static_cast<std::int64_t>(now) > static_cast<std::int64_t>(before);
}

UmapStep step_of(const UmapSchedule& schedule, const float* layout, std::int64_t others, std::int64_t epoch) {
  return {.layout = layout,
          .pushes_each = schedule.negative_samples,
          .others = static_cast<std::uint64_t>(others),
          .a = static_cast<float>(schedule.curve.a),
          .b = static_cast<float>(schedule.curve.b),
          .rate = static_cast<float>(schedule.learning_rate *
                                     (1 - static_cast<double>(epoch) / static_cast<double>(schedule.epochs))),
          .repulsion = static_cast<float>(schedule.repulsion)};
}

/// Seeds of what chance gives in an epoch, and to a point in it.
std::uint64_t chance_of_epoch(std::uint64_t seed, std::int64_t epoch) {
  const auto words = CounterRng(seed, 0x756D6170).block(static_cast<std::uint64_t>(epoch));
  return (std::uint64_t{words[0]} << 32) | words[1];
}
std::uint64_t chance_of(std::uint64_t epoch_seed, std::int64_t point) {
  return epoch_seed + static_cast<std::uint64_t>(point) * 0xA0761D6478BD642FULL;
}

}  // namespace

UmapCurve fit_umap_curve(double spread, double min_dist) {
  constexpr int kSamples = 300, kMostSteps = 500;
  double x[kSamples], y[kSamples];
  for (int i = 0; i < kSamples; ++i) {
    x[i] = 3 * spread * i / (kSamples - 1);
    y[i] = x[i] < min_dist ? 1 : std::exp(-(x[i] - min_dist) / spread);
  }
  // Levenberg and Marquardt on (a, b), both from 1.
  UmapCurve at;
  const auto squares = [&](const UmapCurve& c) {
    double sum = 0;
    for (int i = 0; i < kSamples; ++i) {
      const double r = y[i] - 1 / (1 + c.a * std::pow(x[i], 2 * c.b));
      sum += r * r;
    }
    return sum;
  };
  double error = squares(at), damping = 1e-3;
  for (int step = 0; step < kMostSteps; ++step) {
    double aa = 0, ab = 0, bb = 0, ga = 0, gb = 0;
    for (int i = 1; i < kSamples; ++i) {
      const double p = std::pow(x[i], 2 * at.b), f = 1 / (1 + at.a * p);
      const double da = -f * f * p, db = -f * f * at.a * p * 2 * std::log(x[i]), r = y[i] - f;
      aa += da * da, ab += da * db, bb += db * db, ga += da * r, gb += db * r;
    }
    const double caa = aa * (1 + damping), cbb = bb * (1 + damping), determinant = caa * cbb - ab * ab;
    if (!(std::abs(determinant) > 0)) break;
    const UmapCurve next = {at.a + (cbb * ga - ab * gb) / determinant, at.b + (caa * gb - ab * ga) / determinant};
    const double found = next.a > 0 && next.b > 0 ? squares(next) : error * 2 + 1;
    if (found < error) {
      const double moved = std::abs(next.a - at.a) + std::abs(next.b - at.b);
      at = next;
      error = found;
      damping /= 10;
      if (moved < 1e-12) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return at;
}

UmapLayout::UmapLayout(SparseMatrix graph, std::vector<float> y, const UmapSchedule& schedule, ThreadPool& pool)
    : n_(graph.n), schedule_(schedule), pool_(pool), begins_{0}, y_(std::move(y)) {
  double largest = 0;
  for (const double v : graph.values) largest = std::max(largest, v);
  // Edges that would not be due once are left out.
  const double least = largest / static_cast<double>(std::max<std::int64_t>(1, schedule.epochs));
  for (std::int64_t i = 0; i < n_; ++i) {
    for (std::int64_t e = graph.begins[i]; e < graph.begins[i + 1]; ++e) {
      if (!(graph.values[e] >= least) || graph.values[e] <= 0) continue;
      columns_.push_back(graph.columns[e]);
      parts_.push_back(static_cast<float>(graph.values[e] / largest));
    }
    begins_.push_back(std::ssize(columns_));
  }
}

bool UmapLayout::run(std::int64_t first, const std::function<bool(std::int64_t)>& keep_going) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < n_; ++i) most = std::max(most, begins_[i + 1] - begins_[i]);
  std::vector<std::vector<std::int32_t>> due(pool_.size(), std::vector<std::int32_t>(most));
  const std::int64_t moving = (n_ + kTurns - 1) / kTurns;
  Buffer<float> moved(2 * moving);
  for (std::int64_t epoch = first; epoch < schedule_.epochs; ++epoch) {
    const UmapStep common = step_of(schedule_, y_.data(), n_, epoch);
    const std::uint64_t seed = chance_of_epoch(schedule_.seed, epoch);
    for (std::int64_t turn = 0; turn < kTurns && turn < n_; ++turn) {
      const std::int64_t count = (n_ - turn + kTurns - 1) / kTurns;
      for_each_block(pool_, count, kMovesBlock, [&](std::int64_t begin, std::int64_t some, int worker) {
        UmapStep step = common;
        step.pulls = due[worker].data();
        for (std::int64_t m = begin; m < begin + some; ++m) {
          const std::int64_t i = m * kTurns + turn;
          step.pull_count = 0;
          for (std::int64_t e = begins_[i]; e < begins_[i + 1]; ++e) {
            due[worker][step.pull_count] = columns_[e];
            step.pull_count += is_due(parts_[e], epoch) ? 1 : 0;
          }
          step.self = i;
          step.chance = chance_of(seed, i);
          moved[2 * m] = y_[2 * i];
          moved[2 * m + 1] = y_[2 * i + 1];
          lanes().umap_step(step, moved.data() + 2 * m);
        }
      });
      for (std::int64_t m = 0; m < count; ++m) {
        y_[2 * (m * kTurns + turn)] = moved[2 * m];
        y_[2 * (m * kTurns + turn) + 1] = moved[2 * m + 1];
      }
    }
    if (keep_going && !keep_going(epoch + 1)) return false;
  }
  return true;
}

void umap_place(const std::vector<float>& y, const std::vector<std::int32_t>& columns,
                const std::vector<double>& weights, std::int64_t k, const UmapSchedule& schedule, ThreadPool& pool,
                std::vector<float>& added) {
  const double largest = weights.empty() ? 1 : *std::max_element(weights.begin(), weights.end());
  for_each_block(pool, std::ssize(added) / 2, kMovesBlock, [&](std::int64_t first, std::int64_t count, int) {
    std::vector<std::int32_t> due(k);
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t epoch = 0; epoch < schedule.epochs; ++epoch) {
        UmapStep step = step_of(schedule, y.data(), std::ssize(y) / 2, epoch);
        step.pulls = due.data();
        step.pulls_each = 1;  // its neighbours do not move, nor pull back
        for (std::int64_t j = 0; j < k; ++j) {
          due[step.pull_count] = columns[i * k + j];
          step.pull_count += is_due(static_cast<float>(weights[i * k + j] / largest), epoch) ? 1 : 0;
        }
        step.chance = chance_of(chance_of_epoch(schedule.seed, epoch), i);
        lanes().umap_step(step, added.data() + 2 * i);
      }
  });
}

}  // namespace sememe
