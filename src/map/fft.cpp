#include "map/fft.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

#include "map/lanes.h"

namespace sememe {
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
  FftPass pass{.from_re = re, .from_im = im, .to_re = scratch, .to_im = scratch + n_ * kBatch};
  for (const Pass& p : passes_) {
    pass.radix = p.radix;
    pass.sub_length = p.sub_length;
    pass.stride = p.stride;
    pass.twiddles = twiddles_.data() + p.twiddles;
    lanes().fft_pass(pass);
    std::swap(pass.from_re, pass.to_re);
    std::swap(pass.from_im, pass.to_im);
  }
  if (pass.from_re == re) return;
  std::copy_n(pass.from_re, n_ * kBatch, re);
  std::copy_n(pass.from_im, n_ * kBatch, im);
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
