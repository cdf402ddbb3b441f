#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/rng.h"

namespace sememe {

/// Random numbers in a row, quick to make; each (seed, stream) begins elsewhere.
/// Source  splitmix64, Steele et al. 2014, "Fast splittable pseudorandom number generators".
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream) {
    const std::array<std::uint32_t, 4> words = CounterRng(seed, ~stream).block(0);
    state_ = std::uint64_t{words[0]} << 32 | words[1];
  }
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  /// In [0, bound); off by less than bound / 2^32.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>((next() >> 32) * bound >> 32); }
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }  ///< in [0, 1)

 private:
  std::uint64_t state_;
};

/// Draws words with probability proportional to count^power.
/// Source  the alias method; Vose 1991, "A linear algorithm for generating random numbers with a given distribution".
class NoiseWords {
 public:
  explicit NoiseWords(const std::vector<std::int64_t>& counts, double power = 0.75) {
    std::vector<double> weight;
    for (const std::int64_t count : counts) weight.push_back(std::pow(static_cast<double>(count), power));
    const double mean = std::accumulate(weight.begin(), weight.end(), 0.0) / static_cast<double>(weight.size());
    std::vector<std::int32_t> small, large;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      weight[i] /= mean;
      (weight[i] < 1 ? small : large).push_back(static_cast<std::int32_t>(i));
      places_.push_back({1, static_cast<std::int32_t>(i)});
    }
    while (!small.empty() && !large.empty()) {
      const auto s = static_cast<std::size_t>(small.back()), l = static_cast<std::size_t>(large.back());
      small.pop_back();
      places_[s] = {static_cast<float>(weight[s]), static_cast<std::int32_t>(l)};
      weight[l] -= 1 - weight[s];
      if (weight[l] >= 1) continue;
      large.pop_back();
      small.push_back(static_cast<std::int32_t>(l));
    }
  }
  std::int32_t draw(RandomStream& random) const {
    const std::uint32_t at = random.below(static_cast<std::uint32_t>(places_.size()));
    const Place& place = places_[at];
    return random.uniform() < place.own ? static_cast<std::int32_t>(at) : place.other;
  }

 private:
  struct Place {
    float own;
    std::int32_t other;
  };
  std::vector<Place> places_;
};

}  // namespace sememe
