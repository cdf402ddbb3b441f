#include "base/rng.h"

#include <cmath>
#include <numbers>

namespace sememe {

std::array<std::uint32_t, 4> CounterRng::block(std::uint64_t index) const {
  std::array<std::uint32_t, 4> c = {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                                    static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
  auto k0 = static_cast<std::uint32_t>(seed_), k1 = static_cast<std::uint32_t>(seed_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0], p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

float CounterRng::normal(std::uint64_t index) const {
  const auto words = block(index);
  const double u = (words[0] + 0.5) * 0x1p-32, v = words[1] * 0x1p-32;  // u in (0, 1): its log is finite
  return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

std::uint32_t CounterRng::below(std::uint64_t index, std::uint32_t bound) const {
  // Lemire 2019, with the rejected draws taken from further words of a sub-stream, so that `index` alone decides.
  const std::uint32_t threshold = (0u - bound) % bound;
  std::uint64_t product = std::uint64_t{word(index)} * bound;
  for (std::uint64_t again = 0; static_cast<std::uint32_t>(product) < threshold; ++again)
    product = std::uint64_t{CounterRng(seed_ ^ 0x9E3779B97F4A7C15, stream_ + index).word(again)} * bound;
  return static_cast<std::uint32_t>(product >> 32);
}

}  // namespace sememe
