#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"

namespace sememe {

/// A discrete Fourier transform of one length, taken of kBatch columns at a time.
///
///   y[f] = sum_t x[t] exp(-2 pi i f t / n)     (unscaled; the inverse is the same with re and im exchanged)
///
/// Layout   element t of column c is re[t * kBatch + c] and im[t * kBatch + c].
/// Source   Stockham's autosort with radices 4, 2, 3 and 5: Van Loan 1992, "Computational frameworks for the FFT".
class Fft {
 public:
  static constexpr std::int64_t kBatch = 16;

  /// `n`: 2^a 3^b 5^c, see good_length().
  explicit Fft(std::int64_t n);
  std::int64_t size() const { return n_; }

  /// In place; `scratch` holds 2 * n * kBatch floats.
  void transform(float* re, float* im, float* scratch) const;
  void inverse(float* re, float* im, float* scratch) const { transform(im, re, scratch); }

  /// The smallest even length of the form above that is at least `n`.
  static std::int64_t good_length(std::int64_t n);

 private:
  struct Pass {
    std::int64_t radix, sub_length, stride;
    std::int64_t twiddles;  ///< where they begin: (sub_length / radix) * (radix - 1) pairs
  };
  std::int64_t n_;
  std::vector<Pass> passes_;
  std::vector<float> twiddles_;  ///< re, im
};

}  // namespace sememe
