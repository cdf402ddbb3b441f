#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/thread_pool.h"
#include "map/affinities.h"

namespace sememe {

/// How near points are on the map: 1 / (1 + a d^(2b)).
struct UmapCurve {
  double a = 1, b = 1;
};

/// The curve nearest, in squares, to 1 up to min_dist and exp(-(d - min_dist) / spread) beyond, at 300 distances up to
/// 3 * spread, as umap-learn fits it. Precondition: 0 <= min_dist <= spread, spread > 0.
UmapCurve fit_umap_curve(double spread, double min_dist);

struct UmapSchedule {
  std::int64_t epochs = 0;
  std::int64_t negative_samples = 6;
  double repulsion = 1, learning_rate = 1;
  UmapCurve curve;
  std::uint64_t seed = 1;
};

/// Stochastic gradient descent on the cross entropy of the fuzzy sets of the space and the map.
///
/// Values   an edge of weight w is due in a part w / largest of the epochs. In each epoch, an eighth of the points at a
///          time moves at once: each looks at where the others are and takes its due edges in turn, together with
///          `negative_samples` points left to chance. So the order of sums and what chance gives depend on the point
///          and the epoch alone: the same bits for any pool.
/// Source   McInnes, Healy & Melville 2018, algorithm 5. There an edge moves both of its ends; here both ends have it
///          and move by themselves.
class UmapLayout {
 public:
  /// `graph`: symmetric, the fuzzy set. `y`: n pairs.
  UmapLayout(SparseMatrix graph, std::vector<float> y, const UmapSchedule& schedule, ThreadPool& pool);

  /// From epoch `first` on. `keep_going(epoch)` is asked after each; false stops. Returns whether it was not stopped.
  bool run(std::int64_t first, const std::function<bool(std::int64_t)>& keep_going);
  const std::vector<float>& points() const { return y_; }

 private:
  std::int64_t n_;
  UmapSchedule schedule_;
  ThreadPool& pool_;
  std::vector<std::int64_t> begins_;
  std::vector<std::int32_t> columns_;
  std::vector<float> parts_;  ///< of the epochs in which an edge is due
  std::vector<float> y_;
};

/// Moves `added` points (m pairs, in place) among `y` (n pairs), which stay. Row i of `columns` and `weights` (m, k):
/// its neighbours among the n, and how much they count.
void umap_place(const std::vector<float>& y, const std::vector<std::int32_t>& columns,
                const std::vector<double>& weights, std::int64_t k, const UmapSchedule& schedule, ThreadPool& pool,
                std::vector<float>& added);

}  // namespace sememe
