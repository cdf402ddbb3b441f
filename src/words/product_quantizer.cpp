#include "words/product_quantizer.h"

#include <algorithm>
#include <numeric>

#include "words/noise.h"

namespace sememe {
namespace {

constexpr std::int64_t kMostPoints = 65536, kRounds = 25;
constexpr std::uint64_t kSeed = 1234;

float squared_distance(const float* a, const float* b, std::int64_t n) {
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// Each centroid becomes the mean of its points; one without points takes half of another's.
void move_centroids(std::span<const float> points, std::span<const std::uint8_t> codes, std::int64_t d,
                    std::span<float> centroids, RandomStream& random) {
  constexpr float kApart = 1e-7f;
  constexpr std::int64_t k = ProductQuantizer::kCentroids;
  std::fill(centroids.begin(), centroids.end(), 0.0f);
  std::vector<std::int64_t> size(static_cast<std::size_t>(k));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    float* const c = centroids.data() + codes[i] * d;
    for (std::int64_t j = 0; j < d; ++j) c[j] += points[i * static_cast<std::size_t>(d) + static_cast<std::size_t>(j)];
    ++size[codes[i]];
  }
  for (std::int64_t c = 0; c < k; ++c)
    for (std::int64_t j = 0; j < d; ++j)
      centroids[static_cast<std::size_t>(c * d + j)] /=
          static_cast<float>(std::max<std::int64_t>(1, size[static_cast<std::size_t>(c)]));
  for (std::int64_t empty = 0; empty < k; ++empty) {
    if (size[static_cast<std::size_t>(empty)] > 0) continue;
    std::int64_t from = 0;  // large ones are likelier
    const auto spare = static_cast<float>(std::ssize(codes) - k);
    while (random.uniform() * spare >= static_cast<float>(size[static_cast<std::size_t>(from)] - 1))
      from = (from + 1) % k;
    for (std::int64_t j = 0; j < d; ++j) {
      float &a = centroids[static_cast<std::size_t>(empty * d + j)],
            &b = centroids[static_cast<std::size_t>(from * d + j)];
      const float apart = j % 2 == 1 ? kApart : -kApart;
      a = b + apart;
      b -= apart;
    }
    std::int64_t& half = size[static_cast<std::size_t>(empty)];
    half = size[static_cast<std::size_t>(from)] / 2;
    size[static_cast<std::size_t>(from)] -= half;
  }
}

}  // namespace

ProductQuantizer::ProductQuantizer(std::int64_t dim, std::int64_t part)
    : dim_(dim), part_(part), parts_((dim + part - 1) / part), centroids_(static_cast<std::size_t>(kCentroids * dim)) {}

std::uint8_t ProductQuantizer::nearest(std::int64_t m, const float* x) const {
  const std::int64_t d = size_of(m);
  std::int64_t best = 0;
  float least = squared_distance(x, centroid(m, 0), d);
  for (std::int64_t c = 1; c < kCentroids; ++c) {
    const float distance = squared_distance(x, centroid(m, c), d);
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return static_cast<std::uint8_t>(best);
}

void ProductQuantizer::train_part(std::int64_t m, std::span<const float> rows) {
  const std::int64_t n = std::ssize(rows) / dim_, d = size_of(m), used = std::min(n, kMostPoints);
  RandomStream random(kSeed, static_cast<std::uint64_t>(m));
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < used; ++i)
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(i + random.below(static_cast<std::uint32_t>(n - i)))]);
  std::vector<float> points;
  for (std::int64_t i = 0; i < used; ++i) {
    const float* const x = rows.data() + order[static_cast<std::size_t>(i)] * dim_ + m * part_;
    points.insert(points.end(), x, x + d);
  }
  const std::span<float> mine(centroids_.data() + m * kCentroids * part_, static_cast<std::size_t>(kCentroids * d));
  std::copy_n(points.begin(), mine.size(), mine.begin());
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(used));
  for (std::int64_t round = 0; round < kRounds; ++round) {
    for (std::int64_t i = 0; i < used; ++i) codes[static_cast<std::size_t>(i)] = nearest(m, points.data() + i * d);
    move_centroids(points, codes, d, mine, random);
  }
}

void ProductQuantizer::train(std::span<const float> rows, ThreadPool& pool) {
  pool.run(parts_, [&](std::int64_t m, int) { train_part(m, rows); });
}

std::vector<std::uint8_t> ProductQuantizer::encode(std::span<const float> rows, ThreadPool& pool) const {
  constexpr std::int64_t kBlock = 256;
  const std::int64_t n = std::ssize(rows) / dim_;
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(n * parts_));
  for_each_block(pool, n, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t m = 0; m < parts_; ++m)
        codes[static_cast<std::size_t>(i * parts_ + m)] = nearest(m, rows.data() + i * dim_ + m * part_);
  });
  return codes;
}

void ProductQuantizer::add(const std::uint8_t* codes, float scale, std::span<float> sum) const {
  for (std::int64_t m = 0; m < parts_; ++m) {
    const float* const c = centroid(m, codes[m]);
    float* const out = sum.data() + m * part_;
    for (std::int64_t j = 0; j < size_of(m); ++j) out[j] += scale * c[j];
  }
}

float ProductQuantizer::dot(const std::uint8_t* codes, std::span<const float> x) const {
  float sum = 0;
  for (std::int64_t m = 0; m < parts_; ++m) {
    const float* const c = centroid(m, codes[m]);
    const float* const mine = x.data() + m * part_;
    for (std::int64_t j = 0; j < size_of(m); ++j) sum += mine[j] * c[j];
  }
  return sum;
}

}  // namespace sememe
