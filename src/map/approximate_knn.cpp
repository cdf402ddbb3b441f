#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "kernels/kernels.h"
#include "map/candidates.h"
#include "map/coarse_rows.h"
#include "map/knn_graph.h"
#include "map/lanes.h"
#include "map/points.h"
#include "map/prepared.h"
#include "nn/linear.h"

namespace sememe {
namespace {

constexpr std::int64_t kSamplesEach = 48;  // points a centre is the mean of, about, while centres are looked for
constexpr int kRounds = 4;                 // of k-means: cells need not be good, only small
constexpr std::int64_t kLeastCell = 256, kMostCell = 1024;
constexpr std::int64_t kProbedPoints = 12'000;  // that a point is compared with at first, at least
constexpr std::int64_t kLeastKept = 16;         // neighbours of a point while they are looked for
constexpr std::int64_t kReach = 24;             // nearest neighbours whose own so many are looked at
constexpr int kMostSweeps = 4, kMostDoublings = 3;
constexpr std::int64_t kSpare = 16;     // candidates beyond those kept, for what products in bfloat16 may swap
constexpr std::int64_t kChecked = 200;  // points whose true neighbours are looked for
constexpr double kWantedRecall = 0.99;
constexpr std::int64_t kRowsAtOnce = 112;

class Cells {
 public:
  Cells(MatView<const float> points, std::int64_t k, MapMetric metric, std::uint64_t seed, ThreadPool& pool,
        const KnnProgress& progress)
      : n_(points.rows),
        d_(points.cols),
        k_(std::max(k, std::min(points.rows - 1, kLeastKept))),
        wanted_(k),
        metric_(metric),
        pool_(pool),
        progress_(progress),
        frame_(frame_of(points, {}, metric)) {
    const Prepared prepared = prepare(points, frame_, metric, pool);
    find_centres(prepared, seed);
    sort_by_cell(prepared, assign(prepared));
  }

  /// False: stopped.
  bool run() {
    choose_checked();
    std::int64_t seen = 0, probed = std::max(kProbedPoints, 16 * wanted_);
    for (int doubling = 0; doubling <= kMostDoublings && seen < n_; ++doubling, seen = probed, probed *= 2) {
      if (!search(seen, probed)) return false;
      recall_ = measure();
      for (int sweep = 0; sweep < kMostSweeps && recall_ < kWantedRecall; ++sweep) {
        if (!refine()) return false;
        const double before = recall_;
        recall_ = measure();
        if (recall_ < before + 0.005) break;
      }
      if (recall_ >= kWantedRecall) break;
    }
    return true;
  }

  KnnGraph graph() const {
    KnnGraph out{.n = n_, .k = wanted_, .recall = recall_};
    out.indices.resize(n_ * wanted_);
    out.distances.resize(n_ * wanted_);
    for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      std::vector<std::pair<double, std::int32_t>> exact;
      for (std::int64_t i = first; i < first + count; ++i) {
        exact.clear();
        for (std::int64_t c = 0; c < k_; ++c) {
          const std::int32_t j = lists_[i * k_ + c].index;
          exact.emplace_back(prepared_distance(rows_, i, rows_, j, d_, frame_, metric_), original_[j]);
        }
        std::sort(exact.begin(), exact.end());
        for (std::int64_t c = 0; c < wanted_; ++c) {
          out.distances[original_[i] * wanted_ + c] = exact[c].first;
          out.indices[original_[i] * wanted_ + c] = exact[c].second;
        }
      }
    });
    return out;
  }

 private:
  /// Rows of points by cell; a large one is several cells of one centre, so that none is much larger than others.
  struct Cell {
    std::int64_t first = 0, count = 0, centre = 0;
  };

  MatView<const float> rows(std::int64_t first, std::int64_t count) const {
    return {rows_.rows.data() + first * d_, count, d_};
  }

  Linear centres() const {
    std::vector<float> bias(centre_count_);
    for (std::int64_t c = 0; c < centre_count_; ++c)
      bias[c] = -0.5F * kernels().dot(centres_.data() + c * d_, centres_.data() + c * d_, d_);
    return {MatView<const float>(centres_.data(), centre_count_, d_), bias, pool_};
  }

  /// The nearest centre of each row.
  std::vector<std::int32_t> nearest_centres(MatView<const float> rows) const {
    const Linear linear = centres();
    std::vector<std::int32_t> out(rows.rows);
    std::vector<Buffer<float>> scratch(pool_.size());
    for_each_block(pool_, rows.rows, kRowsAtOnce, [&](std::int64_t first, std::int64_t count, int worker) {
      scratch[worker].reserve_discard(kRowsAtOnce * centre_count_);
      const MatView<float> scores(scratch[worker].data(), count, centre_count_);
      linear.forward(rows.slice_rows(first, count), scores);
      for (std::int64_t i = 0; i < count; ++i)
        out[first + i] =
            static_cast<std::int32_t>(std::max_element(scores.row(i), scores.row(i) + centre_count_) - scores.row(i));
    });
    return out;
  }

  void find_centres(const Prepared& prepared, std::uint64_t seed) {
    const auto size = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n_)));
    centre_count_ = std::max<std::int64_t>(1, n_ / std::clamp(size, kLeastCell, kMostCell));
    const std::int64_t samples = std::min(n_, kSamplesEach * centre_count_);
    Buffer<float> sample(samples * d_);
    const CounterRng rng(seed, 0x63656C6C);
    for (std::int64_t s = 0; s < samples; ++s)  // one of each stretch of the points
      std::copy_n(
          prepared.rows.data() +
              (s * n_ / samples + rng.below(s, static_cast<std::uint32_t>(std::max<std::int64_t>(1, n_ / samples)))) *
                  d_,
          d_, sample.data() + s * d_);
    centres_ = Buffer<float>(centre_count_ * d_);
    for (std::int64_t c = 0; c < centre_count_; ++c)
      std::copy_n(sample.data() + c * samples / centre_count_ * d_, d_, centres_.data() + c * d_);
    for (int round = 0; round < kRounds; ++round) {
      const std::vector<std::int32_t> cell = nearest_centres({sample.data(), samples, d_});
      std::vector<double> sums(centre_count_ * d_);
      std::vector<std::int64_t> counts(centre_count_);
      for (std::int64_t s = 0; s < samples; ++s) {
        lanes().add_to_sums(sample.data() + s * d_, sums.data() + cell[s] * d_, d_);
        ++counts[cell[s]];
      }
      for (std::int64_t c = 0; c < centre_count_; ++c)
        for (std::int64_t j = 0; j < d_ && counts[c] > 0; ++j)
          centres_[c * d_ + j] = static_cast<float>(sums[c * d_ + j] / static_cast<double>(counts[c]));
    }
  }

  std::vector<std::int32_t> assign(const Prepared& prepared) const {
    return nearest_centres({prepared.rows.data(), n_, d_});
  }

  void sort_by_cell(const Prepared& prepared, const std::vector<std::int32_t>& cell) {
    original_.resize(n_);
    std::iota(original_.begin(), original_.end(), 0);
    std::stable_sort(original_.begin(), original_.end(), [&](auto a, auto b) { return cell[a] < cell[b]; });
    rows_ = {.rows = Buffer<float>(n_ * d_), .bias = Buffer<float>(n_), .lengths = Buffer<float>(n_)};
    for_each_block(pool_, n_, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      for (std::int64_t i = first; i < first + count; ++i) {
        std::copy_n(prepared.rows.data() + original_[i] * d_, d_, rows_.rows.data() + i * d_);
        rows_.bias[i] = prepared.bias[original_[i]];
        rows_.lengths[i] = prepared.lengths[original_[i]];
      }
    });
    for (std::int64_t i = 0; i < n_;) {
      std::int64_t end = i + 1;
      while (end < n_ && cell[original_[end]] == cell[original_[i]] && end - i < 2 * kMostCell) ++end;
      cells_.push_back({i, end - i, cell[original_[i]]});
      i = end;
    }
    const NumberType type = fastest_float();
    coarse_ = CoarseRows(rows_, n_, d_, type, pool_);
    for (const Cell& c : cells_) tiles_.emplace_back(rows(c.first, c.count), std::span<const float>(), pool_, type);
  }

  /// Cells to compare with `cell`: itself, then the nearest, those that hold the points from `seen` on until `points`.
  std::vector<std::int64_t> probes(std::int64_t cell, std::int64_t seen, std::int64_t points) const {
    std::vector<std::pair<double, std::int64_t>> order;
    const float* const centre = centres_.data() + cells_[cell].centre * d_;
    for (std::int64_t c = 0; c < std::ssize(cells_); ++c)
      order.emplace_back(c == cell ? -1
                                   : static_cast<double>(kernels().squared_distance(
                                         centre, centres_.data() + cells_[c].centre * d_, d_)),
                         c);
    std::sort(order.begin(), order.end());
    std::vector<std::int64_t> out;
    for (std::int64_t before = 0, at = 0; at < std::ssize(order) && before < points; ++at) {
      if (before >= seen) out.push_back(order[at].second);
      before += cells_[order[at].second].count;
    }
    return out;
  }

  bool tell(std::int64_t done, std::int64_t total) const { return !progress_ || progress_(done * n_ / total, n_); }

  /// Looks at the cells that are beyond the nearest `seen` points, until `points`.
  bool search(std::int64_t seen, std::int64_t points) {
    if (seen == 0) lists_ = Buffer<Candidate>(n_ * k_);
    const std::int64_t cells = std::ssize(cells_), round = 16 * pool_.size();
    std::vector<Buffer<float>> scratch(pool_.size());
    for (std::int64_t begin = 0; begin < cells; begin += round) {
      if (!tell(begin, cells)) return false;
      pool_.run(std::min(round, cells - begin), [&](std::int64_t c, int worker) {
        scratch[worker].reserve_discard(kRowsAtOnce * 2 * kMostCell);
        search_cell(begin + c, seen, points, scratch[worker]);
      });
    }
    return true;
  }

  void search_cell(std::int64_t cell, std::int64_t seen, std::int64_t points, Buffer<float>& scratch) {
    const Cell& mine = cells_[cell];
    Candidates candidates(mine.count, k_ + kSpare);
    std::vector<std::int32_t> hits(2 * kMostCell);
    // One more than is wanted, for the point itself.
    for (const std::int64_t other : probes(cell, seen, std::max(points, k_ + 1))) {
      const Cell& theirs = cells_[other];
      for (std::int64_t first = 0; first < mine.count; first += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, mine.count - first);
        const MatView<float> dots(scratch.data(), count, theirs.count);
        tiles_[other].forward(coarse_.rows(mine.first + first, count), dots);
        for (std::int64_t i = 0; i < count; ++i) {
          const float* const bias = rows_.bias.data() + theirs.first;
          const std::int64_t query = first + i,
                             found = lanes().find_in_row(dots.row(i), bias, candidates.thresholds()[query],
                                                         theirs.count, hits.data());
          for (std::int64_t h = 0; h < found; ++h)
            if (theirs.first + hits[h] != mine.first + query)
              candidates.offer(query, dots.row(i)[hits[h]] + bias[hits[h]], theirs.first + hits[h]);
        }
      }
    }
    std::vector<Candidate> found;
    for (std::int64_t i = mine.first; i < mine.first + mine.count; ++i) {
      candidates.best(i - mine.first, found);
      for (Candidate& candidate : found) candidate.score = score(i, candidate.index);
      // Those known from before may come again.
      if (seen > 0) found.insert(found.end(), lists_.data() + i * k_, lists_.data() + (i + 1) * k_);
      std::sort(found.begin(), found.end());
      const auto equal = [](const Candidate& a, const Candidate& b) { return a.index == b.index; };
      found.erase(std::unique(found.begin(), found.end(), equal), found.end());
      keep(i, found, lists_);
    }
  }

  /// The k best of some, nearest first.
  void keep(std::int64_t i, std::vector<Candidate>& found, Buffer<Candidate>& lists) const {
    std::sort(found.begin(), found.end());
    std::copy_n(found.begin(), k_, lists.data() + i * k_);
  }

  /// Each point looks at the neighbours of its neighbours, all as they were before.
  bool refine() {
    Buffer<Candidate> next(n_ * k_);
    const std::int64_t reach = std::min(k_, kReach), round = kRowBlock * 64 * pool_.size();
    // Those that have a point among their nearest, so many of them at most.
    std::vector<std::int32_t> back(n_ * reach), back_counts(n_);
    for (std::int64_t c = 0; c < reach; ++c)  // the nearest of all come first
      for (std::int64_t i = 0; i < n_; ++i) {
        const std::int32_t j = lists_[i * k_ + c].index;
        if (back_counts[j] < reach) back[j * reach + back_counts[j]++] = static_cast<std::int32_t>(i);
      }
    std::vector<std::vector<std::int32_t>> seen(pool_.size(), std::vector<std::int32_t>(n_, -1));
    for (std::int64_t begin = 0; begin < n_; begin += round) {
      if (!tell(begin, n_)) return false;
      for_each_block(pool_, std::min(round, n_ - begin), kRowBlock,
                     [&](std::int64_t first, std::int64_t count, int worker) {
                       std::vector<std::int32_t>& met = seen[worker];
                       std::vector<Candidate> found;
                       for (std::int64_t i = begin + first; i < begin + first + count; ++i) {
                         const Candidate* const mine = lists_.data() + i * k_;
                         const auto mark = static_cast<std::int32_t>(i);
                         Candidates best(1, k_ + 1);
                         met[i] = mark;
                         for (std::int64_t c = 0; c < k_; ++c) {
                           met[mine[c].index] = mark;
                           best.offer(0, mine[c].score, mine[c].index);
                         }
                         const auto look_at = [&](std::int64_t neighbor) {
                           const Candidate* const theirs = lists_.data() + neighbor * k_;
                           for (std::int64_t t = 0; t < reach; ++t) {
                             const std::int32_t j = theirs[t].index;
                             if (met[j] == mark) continue;
                             met[j] = mark;
                             best.offer(0, score(i, j), j);
                           }
                         };
                         for (std::int64_t c = 0; c < reach; ++c) look_at(mine[c].index);
                         for (std::int64_t r = 0; r < back_counts[i]; ++r) {
                           const std::int32_t j = back[i * reach + r];
                           if (met[j] != mark) {
                             met[j] = mark;
                             best.offer(0, score(i, j), j);
                           }
                           look_at(j);
                         }
                         best.best(0, found);
                         keep(i, found, next);
                       }
                     });
    }
    lists_ = std::move(next);
    return true;
  }

  float score(std::int64_t i, std::int64_t j) const {
    return kernels().dot(rows_.rows.data() + i * d_, rows_.rows.data() + j * d_, d_) + rows_.bias[j];
  }

  /// The k-th best score of some points among all.
  void choose_checked() {
    const std::int64_t count = std::min(n_, kChecked);
    for (std::int64_t s = 0; s < count; ++s) checked_.push_back(s * n_ / count);
    least_.resize(count);
    pool_.run(count, [&](std::int64_t s, int) {
      std::vector<float> scores;
      for (std::int64_t j = 0; j < n_; ++j)
        if (j != checked_[s]) scores.push_back(score(checked_[s], j));
      std::nth_element(scores.begin(), scores.begin() + (wanted_ - 1), scores.end(), std::greater<>());
      least_[s] = scores[wanted_ - 1];
    });
  }

  double measure() const {
    std::int64_t found = 0;
    for (std::size_t s = 0; s < checked_.size(); ++s) {
      // Sums of another order may differ in their last bits.
      const float least = least_[s] - 1e-6F * std::max(1e-3F, std::abs(least_[s]));
      for (std::int64_t c = 0; c < wanted_; ++c) found += lists_[checked_[s] * k_ + c].score >= least ? 1 : 0;
    }
    return static_cast<double>(found) / static_cast<double>(std::ssize(checked_) * wanted_);
  }

  std::int64_t n_, d_;
  std::int64_t k_, wanted_;  ///< neighbours that are kept meanwhile, and in the end
  MapMetric metric_;
  ThreadPool& pool_;
  const KnnProgress& progress_;
  Frame frame_;
  Buffer<float> centres_;
  std::int64_t centre_count_ = 0;
  std::vector<Cell> cells_;
  std::vector<Linear> tiles_;
  std::vector<std::int32_t> original_;  ///< of a row by cell, its place among the points
  Prepared rows_;
  CoarseRows coarse_;
  Buffer<Candidate> lists_;  ///< (n, k), nearest first, by rows of cells
  std::vector<std::int64_t> checked_;
  std::vector<float> least_;
  double recall_ = 1;
};

}  // namespace

KnnGraph approximate_knn(MatView<const float> points, std::int64_t k, MapMetric metric, std::uint64_t seed,
                         ThreadPool& pool, const KnnProgress& progress) {
  const std::int64_t n = points.rows;
  k = std::max<std::int64_t>(0, std::min(k, n - 1));
  if (k == 0) return exact_knn(points, k, metric, pool, progress);
  Cells cells(points, k, metric, seed, pool, progress);
  if (!cells.run()) return {.n = n, .k = k};
  return cells.graph();
}

}  // namespace sememe
