#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe {

/// Products of centred points, in float32 over kRows of them (or of their coordinates) at a time, whose sums are added
/// in double; relative error some 1e-6. The same bits for any pool.
class CentredProducts {
 public:
  static constexpr std::int64_t kRows = 512;

  CentredProducts(MatView<const float> points, const std::vector<double>& mean, ThreadPool& pool)
      : points_(points), mean_(mean), pool_(pool) {}

  std::vector<double> covariance() const;  ///< (d, d) sums of products of coordinates; right where column <= row
  std::vector<double> gram() const;        ///< (n, n) products of points; right where column <= row

  std::vector<double> along(const std::vector<double>& directions, std::int64_t l) const;  ///< (l, d) -> (n, l)
  std::vector<double> combined(const std::vector<double>& weights, std::int64_t l) const;  ///< (l, n) -> (l, d)
  double squares() const;                                                                  ///< sum of all squares

 private:
  struct Block;
  enum class Shape { kAll, kLower, kSquare };  ///< of a result: its lower half alone, and that of w^T w
  void centre(std::int64_t first, std::int64_t count, float* rows) const;
  template <class Fill>
  std::vector<double> sum_parts(std::int64_t m, std::int64_t columns, Shape shape, std::int64_t length,
                                Fill fill) const;

  MatView<const float> points_;
  const std::vector<double>& mean_;
  ThreadPool& pool_;
};

/// Means of the columns, in double.
std::vector<double> column_means(MatView<const float> points, ThreadPool& pool);

}  // namespace sememe
