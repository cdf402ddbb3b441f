#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"

namespace sememe {

/// Vectors as bytes: cut into parts, each replaced by the nearest of 256 centroids of its place.
/// Source  Jégou et al. 2011, "Product quantization for nearest neighbor search"; layout and number of rounds of
/// fastText.
class ProductQuantizer {
 public:
  static constexpr std::int64_t kCentroids = 256;

  /// Precondition: dim >= 1, 1 <= part <= dim.
  ProductQuantizer(std::int64_t dim, std::int64_t part);

  /// Finds the centroids of `rows` (n, dim). Precondition: n >= kCentroids. The same for any size of the pool.
  void train(std::span<const float> rows, ThreadPool& pool);
  /// Codes (n, parts()) of `rows` (n, dim).
  std::vector<std::uint8_t> encode(std::span<const float> rows, ThreadPool& pool) const;

  /// sum += scale * the vector of a row's codes.
  void add(const std::uint8_t* codes, float scale, std::span<float> sum) const;
  float dot(const std::uint8_t* codes, std::span<const float> x) const;

  std::int64_t dim() const { return dim_; }
  std::int64_t part() const { return part_; }
  std::int64_t parts() const { return parts_; }
  std::int64_t last_part() const { return dim_ - (parts_ - 1) * part_; }
  /// kCentroids * dim floats: all centroids of the first part, of the second, ...
  std::span<float> centroids() { return centroids_; }
  std::span<const float> centroids() const { return centroids_; }

 private:
  std::int64_t size_of(std::int64_t m) const { return m + 1 < parts_ ? part_ : last_part(); }
  const float* centroid(std::int64_t m, std::int64_t code) const {
    return centroids_.data() + m * kCentroids * part_ + code * size_of(m);
  }
  std::uint8_t nearest(std::int64_t m, const float* x) const;
  void train_part(std::int64_t m, std::span<const float> rows);

  std::int64_t dim_, part_, parts_;
  std::vector<float> centroids_;
};

}  // namespace sememe
