#include "map/fft.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

#include "map/wide.h"

namespace sememe {
namespace {

constexpr std::int64_t kBatch = Fft::kBatch;

struct Split {
  float* __restrict re;
  float* __restrict im;
  Split at(std::int64_t element) const { return {re + element * kBatch, im + element * kBatch}; }
};

/// One butterfly of kBatch columns: reads x[0..R), writes y[0..R) with the twiddles w applied to all but the first.
template <int R>
[[gnu::always_inline]] inline void butterfly(const Split* x, const Split* y, const float* w) {
  SEMEME_LANES
  for (std::int64_t c = 0; c < kBatch; ++c) {
    float re[R], im[R];
    if constexpr (R == 2) {
      re[0] = x[0].re[c] + x[1].re[c], im[0] = x[0].im[c] + x[1].im[c];
      re[1] = x[0].re[c] - x[1].re[c], im[1] = x[0].im[c] - x[1].im[c];
    } else if constexpr (R == 4) {
      const float ar = x[0].re[c] + x[2].re[c], ai = x[0].im[c] + x[2].im[c];
      const float br = x[0].re[c] - x[2].re[c], bi = x[0].im[c] - x[2].im[c];
      const float cr = x[1].re[c] + x[3].re[c], ci = x[1].im[c] + x[3].im[c];
      const float dr = x[1].re[c] - x[3].re[c], di = x[1].im[c] - x[3].im[c];
      re[0] = ar + cr, im[0] = ai + ci;
      re[1] = br + di, im[1] = bi - dr;
      re[2] = ar - cr, im[2] = ai - ci;
      re[3] = br - di, im[3] = bi + dr;
    } else if constexpr (R == 3) {
      constexpr float kSin = 0.86602540378443865F;
      const float sr = x[1].re[c] + x[2].re[c], si = x[1].im[c] + x[2].im[c];
      const float dr = kSin * (x[1].re[c] - x[2].re[c]), di = kSin * (x[1].im[c] - x[2].im[c]);
      const float mr = x[0].re[c] - 0.5F * sr, mi = x[0].im[c] - 0.5F * si;
      re[0] = x[0].re[c] + sr, im[0] = x[0].im[c] + si;
      re[1] = mr + di, im[1] = mi - dr;
      re[2] = mr - di, im[2] = mi + dr;
    } else {
      constexpr float kC1 = 0.30901699437494742F, kC2 = -0.80901699437494742F;
      constexpr float kS1 = 0.95105651629515357F, kS2 = 0.58778525229247313F;
      const float ar = x[1].re[c] + x[4].re[c], ai = x[1].im[c] + x[4].im[c];
      const float br = x[1].re[c] - x[4].re[c], bi = x[1].im[c] - x[4].im[c];
      const float cr = x[2].re[c] + x[3].re[c], ci = x[2].im[c] + x[3].im[c];
      const float dr = x[2].re[c] - x[3].re[c], di = x[2].im[c] - x[3].im[c];
      const float er = x[0].re[c] + kC1 * ar + kC2 * cr, ei = x[0].im[c] + kC1 * ai + kC2 * ci;
      const float fr = x[0].re[c] + kC2 * ar + kC1 * cr, fi = x[0].im[c] + kC2 * ai + kC1 * ci;
      const float gr = kS1 * br + kS2 * dr, gi = kS1 * bi + kS2 * di;
      const float hr = kS2 * br - kS1 * dr, hi = kS2 * bi - kS1 * di;
      re[0] = x[0].re[c] + ar + cr, im[0] = x[0].im[c] + ai + ci;
      re[1] = er + gi, im[1] = ei - gr;
      re[4] = er - gi, im[4] = ei + gr;
      re[2] = fr + hi, im[2] = fi - hr;
      re[3] = fr - hi, im[3] = fi + hr;
    }
    y[0].re[c] = re[0];
    y[0].im[c] = im[0];
    for (int r = 1; r < R; ++r) {
      const float wr = w[2 * (r - 1)], wi = w[2 * (r - 1) + 1];
      y[r].re[c] = re[r] * wr - im[r] * wi;
      y[r].im[c] = re[r] * wi + im[r] * wr;
    }
  }
}

template <int R>
[[gnu::always_inline]] inline void pass_of(Split from, Split to, std::int64_t sub_length, std::int64_t stride,
                                           const float* w) {
  const std::int64_t m = sub_length / R;
  for (std::int64_t p = 0; p < m; ++p, w += 2 * (R - 1))
    for (std::int64_t q = 0; q < stride; ++q) {
      Split x[R], y[R];
      for (int r = 0; r < R; ++r) {
        x[r] = from.at(q + stride * (p + m * r));
        y[r] = to.at(q + stride * (R * p + r));
      }
      butterfly<R>(x, y, w);
    }
}

SEMEME_WIDE void pass(const std::int64_t radix, Split from, Split to, std::int64_t sub_length, std::int64_t stride,
                      const float* w) {
  switch (radix) {
    case 2:
      return pass_of<2>(from, to, sub_length, stride, w);
    case 3:
      return pass_of<3>(from, to, sub_length, stride, w);
    case 4:
      return pass_of<4>(from, to, sub_length, stride, w);
    default:
      return pass_of<5>(from, to, sub_length, stride, w);
  }
}

}  // namespace

Fft::Fft(std::int64_t n) : n_(n) {
  std::int64_t left = n, stride = 1;
  for (const std::int64_t radix : {4, 2, 3, 5})
    while (left % radix == 0) {
      passes_.push_back({radix, left, stride, std::ssize(twiddles_)});
      for (std::int64_t p = 0; p < left / radix; ++p)
        for (std::int64_t r = 1; r < radix; ++r) {
          const double angle = -2 * std::numbers::pi * static_cast<double>(p * r) / static_cast<double>(left);
          twiddles_.push_back(static_cast<float>(std::cos(angle)));
          twiddles_.push_back(static_cast<float>(std::sin(angle)));
        }
      left /= radix;
      stride *= radix;
    }
  assert(left == 1);
}

void Fft::transform(float* re, float* im, float* scratch) const {
  Split from{re, im}, to{scratch, scratch + n_ * kBatch};
  for (const Pass& p : passes_) {
    const float* const w = twiddles_.data() + p.twiddles;
    pass(p.radix, from, to, p.sub_length, p.stride, w);
    std::swap(from, to);
  }
  if (from.re == re) return;
  std::copy_n(from.re, n_ * kBatch, re);
  std::copy_n(from.im, n_ * kBatch, im);
}

std::int64_t Fft::good_length(std::int64_t n) {
  for (std::int64_t length = std::max<std::int64_t>(2, n + n % 2);; length += 2) {
    std::int64_t left = length;
    for (const std::int64_t prime : {2, 3, 5})
      while (left % prime == 0) left /= prime;
    if (left == 1) return length;
  }
}

}  // namespace sememe
