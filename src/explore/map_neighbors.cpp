#include "explore/map_neighbors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace sememe {
namespace {

constexpr std::int64_t kBlock = 1024;
constexpr std::int64_t kMostCells = 4096;  // along one side

/// Points sorted by the square cell that they are in.
class Grid {
 public:
  explicit Grid(MatView<const float> map) : map_(map) {
    const std::int64_t n = map.rows;
    double high[2] = {low_[0], low_[1]};
    for (std::int64_t i = 0; i < n; ++i)
      for (int c = 0; c < 2; ++c) {
        const double v = map.row(i)[c];
        low_[c] = i == 0 ? v : std::min(low_[c], v);
        high[c] = i == 0 ? v : std::max(high[c], v);
      }
    const double extent = std::max(high[0] - low_[0], high[1] - low_[1]);
    side_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::sqrt(static_cast<double>(n) / 2)), 1, kMostCells);
    cell_ = extent > 0 ? extent / static_cast<double>(side_) : 1;
    first_.assign(side_ * side_ + 1, 0);
    std::vector<std::int64_t> cells(n);
    for (std::int64_t i = 0; i < n; ++i) ++first_[(cells[i] = column(i, 0) + side_ * column(i, 1)) + 1];
    for (std::int64_t c = 0; c < side_ * side_; ++c) first_[c + 1] += first_[c];
    members_.resize(n);
    std::vector<std::int64_t> next(first_.begin(), first_.end() - 1);
    for (std::int64_t i = 0; i < n; ++i) members_[next[cells[i]]++] = static_cast<std::int32_t>(i);
  }

  /// Writes the k nearest of point i to `out`.
  void nearest(std::int64_t i, std::int64_t k, std::vector<std::pair<double, std::int32_t>>& found,
               std::int32_t* out) const {
    found.clear();
    const std::int64_t x = column(i, 0), y = column(i, 1);
    for (std::int64_t ring = 0; ring < side_; ++ring) {
      // What lies outside of the rings so far is at least this far away.
      if (std::ssize(found) >= k) {
        std::nth_element(found.begin(), found.begin() + (k - 1), found.end());
        const double safe = static_cast<double>(ring - 1) * cell_;
        if (ring > 0 && found[k - 1].first < safe * safe) break;
      }
      for (std::int64_t row = y - ring; row <= y + ring; ++row) {
        const bool edge = row == y - ring || row == y + ring;
        for (std::int64_t at = x - ring; at <= x + ring; at += edge || ring == 0 ? 1 : 2 * ring)
          visit(at, row, i, found);
      }
    }
    std::partial_sort(found.begin(), found.begin() + k, found.end());
    for (std::int64_t j = 0; j < k; ++j) out[j] = found[j].second;
  }

 private:
  std::int64_t column(std::int64_t i, int c) const {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>((map_.row(i)[c] - low_[c]) / cell_), 0, side_ - 1);
  }

  void visit(std::int64_t x, std::int64_t y, std::int64_t self,
             std::vector<std::pair<double, std::int32_t>>& found) const {
    if (x < 0 || y < 0 || x >= side_ || y >= side_) return;
    const std::int64_t cell = x + side_ * y;
    for (std::int64_t m = first_[cell]; m < first_[cell + 1]; ++m) {
      const std::int32_t j = members_[m];
      if (j == self) continue;
      const double dx = static_cast<double>(map_.row(j)[0]) - map_.row(self)[0];
      const double dy = static_cast<double>(map_.row(j)[1]) - map_.row(self)[1];
      found.emplace_back(dx * dx + dy * dy, j);
    }
  }

  MatView<const float> map_;
  double low_[2] = {0, 0}, cell_ = 1;
  std::int64_t side_ = 1;
  std::vector<std::int64_t> first_;  // of each cell, in members_
  std::vector<std::int32_t> members_;
};

}  // namespace

std::vector<std::int32_t> map_neighbors(MatView<const float> map, std::int64_t k, ThreadPool& pool) {
  std::vector<std::int32_t> out(map.rows * k);
  if (out.empty()) return out;
  const Grid grid(map);
  std::vector<std::vector<std::pair<double, std::int32_t>>> found(pool.size());
  for_each_block(pool, map.rows, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    for (std::int64_t i = first; i < first + count; ++i) grid.nearest(i, k, found[worker], out.data() + i * k);
  });
  return out;
}

std::vector<std::uint8_t> kept_neighbors(MatView<const float> map, const std::vector<std::int32_t>& neighbors,
                                         std::int64_t stride, std::int64_t k, ThreadPool& pool) {
  std::vector<std::uint8_t> kept(map.rows, 0);
  if (k < 1) return kept;
  const std::vector<std::int32_t> near = map_neighbors(map, k, pool);
  for (std::int64_t i = 0; i < map.rows; ++i) {
    const auto first = near.begin() + i * k;
    for (std::int64_t j = 0; j < k; ++j)
      if (std::find(first, first + k, neighbors[i * stride + j]) != first + k) ++kept[i];
  }
  return kept;
}

}  // namespace sememe
