#include "explore/clusters.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/buffer.h"
#include "base/rng.h"
#include "map/points.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kMostSampled = 20000, kIterations = 30, kBlock = 256;

class KMeans {
 public:
  KMeans(MatView<const float> points, std::int64_t count, MapMetric metric, std::uint64_t seed, ThreadPool& pool)
      : points_(points),
        unit_(metric == MapMetric::kCosine),
        count_(count),
        sampled_(std::min(points.rows, kMostSampled)),
        pool_(pool),
        centres_(count, points.cols) {
    Matrix sample(sampled_, points.cols);
    for (std::int64_t i = 0; i < sampled_; ++i) load(i * points.rows / sampled_, sample.row(i));
    start(sample, seed);
    std::vector<std::int32_t> groups(sampled_, -1);
    for (std::int64_t step = 0; step < kIterations; ++step) {
      std::vector<std::int32_t> now = assign(sample.view());
      const bool settled = now == groups;
      groups = std::move(now);
      if (settled) break;
      move_centres(sample, groups);
    }
  }

  /// The nearest centre of each point, the first of equally near ones.
  std::vector<std::int32_t> assign_all() const {
    if (!unit_) return assign(points_);
    std::vector<std::int32_t> out;
    for (std::int64_t first = 0; first < points_.rows; first += kMostSampled) {
      Matrix part(std::min(kMostSampled, points_.rows - first), points_.cols);
      for (std::int64_t i = 0; i < part.rows(); ++i) load(first + i, part.row(i));
      const std::vector<std::int32_t> groups = assign(part.view());
      out.insert(out.end(), groups.begin(), groups.end());
    }
    return out;
  }

 private:
  void load(std::int64_t point, std::span<float> to) const {
    const std::span<const float> from = points_.row_span(point);
    unit_ ? static_cast<void>(unit_row(from, to.data()))
          : static_cast<void>(std::copy(from.begin(), from.end(), to.begin()));
  }

  static double squared_distance(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
      sum += d * d;
    }
    return sum;
  }

  /// k-means++: each centre is a point, the likelier the farther it is from the centres before.
  void start(const Matrix& sample, std::uint64_t seed) {
    const CounterRng random(seed, 0x6B6D65616E73);
    std::vector<double> distance(sampled_, std::numeric_limits<double>::infinity());
    std::int64_t chosen = random.below(0, static_cast<std::uint32_t>(sampled_));
    for (std::int64_t c = 0; c < count_; ++c) {
      std::copy(sample.row(chosen).begin(), sample.row(chosen).end(), centres_.row(c).begin());
      pool_.run(sampled_, [&](std::int64_t i, int) {
        distance[i] = std::min(distance[i], squared_distance(sample.row(i), centres_.row(c)));
      });
      const double total = std::accumulate(distance.begin(), distance.end(), 0.0);
      double left = total * random.uniform(4 * (c + 1));
      chosen = 0;
      while (chosen + 1 < sampled_ && (left -= distance[chosen]) >= 0) ++chosen;
    }
  }

  std::vector<std::int32_t> assign(MatView<const float> rows) const {
    // |x - c|^2 is least where x.c - |c|^2 / 2 is largest.
    std::vector<float> bias(count_);
    for (std::int64_t c = 0; c < count_; ++c)
      bias[c] = static_cast<float>(-0.5 * squared_distance(centres_.row(c), std::vector<float>(centres_.cols())));
    const Linear scores(centres_.view(), bias, pool_);
    std::vector<std::int32_t> out(rows.rows);
    std::vector<Matrix> scratch;
    for (int worker = 0; worker < pool_.size(); ++worker) scratch.emplace_back(kBlock, count_);
    for_each_block(pool_, rows.rows, kBlock, [&](std::int64_t first, std::int64_t size, int worker) {
      const MatView<float> part = scratch[worker].view().slice_rows(0, size);
      scores.forward(rows.slice_rows(first, size), part);
      for (std::int64_t i = 0; i < size; ++i)
        out[first + i] = static_cast<std::int32_t>(std::max_element(part.row(i), part.row(i) + count_) - part.row(i));
    });
    return out;
  }

  void move_centres(const Matrix& sample, const std::vector<std::int32_t>& groups) {
    std::vector<double> sums(count_ * sample.cols());
    std::vector<std::int64_t> sizes(count_);
    for (std::int64_t i = 0; i < sampled_; ++i) {
      ++sizes[groups[i]];
      double* const sum = sums.data() + groups[i] * sample.cols();
      for (std::int64_t j = 0; j < sample.cols(); ++j) sum[j] += static_cast<double>(sample.row(i)[j]);
    }
    for (std::int64_t c = 0; c < count_; ++c) {
      if (sizes[c] == 0) continue;  // it stays where it is
      std::vector<float> mean(sample.cols());
      for (std::int64_t j = 0; j < sample.cols(); ++j)
        mean[j] = static_cast<float>(sums[c * sample.cols() + j] / static_cast<double>(sizes[c]));
      if (!unit_ || !unit_row(mean, centres_.row(c).data()))
        std::copy(mean.begin(), mean.end(), centres_.row(c).begin());
    }
  }

  MatView<const float> points_;
  bool unit_;
  std::int64_t count_, sampled_;
  ThreadPool& pool_;
  Matrix centres_;
};

}  // namespace

Clusters make_clusters(MatView<const float> points, std::int64_t count, MapMetric metric, std::uint64_t seed,
                       ThreadPool& pool) {
  count = std::min(count, points.rows);
  Clusters out;
  if (count < 1) return out;
  const std::vector<std::int32_t> groups = KMeans(points, count, metric, seed, pool).assign_all();
  std::vector<std::int64_t> sizes(count);
  for (const std::int32_t group : groups) ++sizes[group];
  std::vector<std::int32_t> order(count), rank(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return sizes[a] > sizes[b]; });
  for (std::int64_t i = 0; i < count; ++i) rank[order[i]] = static_cast<std::int32_t>(i);
  for (const std::int32_t group : groups) out.of_point.push_back(rank[group]);
  out.count = std::count_if(sizes.begin(), sizes.end(), [](std::int64_t size) { return size > 0; });
  return out;
}

}  // namespace sememe
