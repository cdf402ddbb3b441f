#include "map/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "base/rng.h"

namespace sememe {
namespace {

TEST(Fft, AgreesWithTheDefinitionForAllRadices) {
  for (const std::int64_t n : {1, 2, 3, 4, 5, 6, 8, 15, 16, 30, 36, 50, 120, 480}) {
    const Fft fft(n);
    const std::int64_t size = n * Fft::kBatch;
    std::vector<float> re(size), im(size), scratch(2 * size);
    for (std::int64_t i = 0; i < size; ++i) re[i] = CounterRng(1, 1).normal(i), im[i] = CounterRng(1, 2).normal(i);
    const std::vector<float> re0 = re, im0 = im;
    fft.transform(re.data(), im.data(), scratch.data());
    for (const std::int64_t c : {0, 7, 15})
      for (std::int64_t f = 0; f < n; ++f) {
        std::complex<double> sum = 0;
        for (std::int64_t t = 0; t < n; ++t)
          sum += std::complex<double>(re0[t * Fft::kBatch + c], im0[t * Fft::kBatch + c]) *
                 std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(f * t % n) / static_cast<double>(n));
        // Errors grow as the logarithm of n (Van Loan 1992, 1.7); the norm of the input is about sqrt(2 n).
        const double bound = 4e-7 * std::log2(2.0 * n) * std::sqrt(2.0 * n) * 2;
        EXPECT_LE(std::abs(re[f * Fft::kBatch + c] - sum.real()), bound) << n << " " << f;
        EXPECT_LE(std::abs(im[f * Fft::kBatch + c] - sum.imag()), bound) << n << " " << f;
      }
    fft.inverse(re.data(), im.data(), scratch.data());
    for (std::int64_t i = 0; i < size; ++i) {
      EXPECT_LE(std::abs(re[i] / n - re0[i]), 1e-5);
      EXPECT_LE(std::abs(im[i] / n - im0[i]), 1e-5);
    }
  }
}

TEST(Fft, GoodLengthIsTheNextEvenProductOfTwoThreeAndFive) {
  EXPECT_EQ(Fft::good_length(1), 2);
  EXPECT_EQ(Fft::good_length(16), 16);
  EXPECT_EQ(Fft::good_length(27), 30);
  EXPECT_EQ(Fft::good_length(677), 720);
}

}  // namespace
}  // namespace sememe
