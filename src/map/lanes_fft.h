// The passes of map/fft.h, included after map/lanes_body.h, once per instruction set.

#if defined(__AVX512F__)
using Wide = float __attribute__((vector_size(64)));
#else
using Wide = F8;
#endif
constexpr i64 kWide = sizeof(Wide) / sizeof(float), kColumns = 16;  // columns of a batch

struct Complex {
  Wide re, im;
};

/// Sums of a butterfly, without twiddles, in place.
template <int R>
SEMEME_INLINE void butterfly(Complex* x) {
  if constexpr (R == 2) {
    const Complex a = x[0], b = x[1];
    x[0] = {a.re + b.re, a.im + b.im};
    x[1] = {a.re - b.re, a.im - b.im};
  } else if constexpr (R == 4) {
    const Complex a = {x[0].re + x[2].re, x[0].im + x[2].im}, b = {x[0].re - x[2].re, x[0].im - x[2].im};
    const Complex c = {x[1].re + x[3].re, x[1].im + x[3].im}, d = {x[1].re - x[3].re, x[1].im - x[3].im};
    x[0] = {a.re + c.re, a.im + c.im};
    x[1] = {b.re + d.im, b.im - d.re};
    x[2] = {a.re - c.re, a.im - c.im};
    x[3] = {b.re - d.im, b.im + d.re};
  } else if constexpr (R == 3) {
    constexpr float kSin = 0.86602540378443865F;
    const Complex s = {x[1].re + x[2].re, x[1].im + x[2].im};
    const Complex d = {kSin * (x[1].re - x[2].re), kSin * (x[1].im - x[2].im)};
    const Complex m = {x[0].re - 0.5F * s.re, x[0].im - 0.5F * s.im};
    x[0] = {x[0].re + s.re, x[0].im + s.im};
    x[1] = {m.re + d.im, m.im - d.re};
    x[2] = {m.re - d.im, m.im + d.re};
  } else {
    constexpr float kC1 = 0.30901699437494742F, kC2 = -0.80901699437494742F;
    constexpr float kS1 = 0.95105651629515357F, kS2 = 0.58778525229247313F;
    const Complex a = {x[1].re + x[4].re, x[1].im + x[4].im}, b = {x[1].re - x[4].re, x[1].im - x[4].im};
    const Complex c = {x[2].re + x[3].re, x[2].im + x[3].im}, d = {x[2].re - x[3].re, x[2].im - x[3].im};
    const Complex e = {x[0].re + kC1 * a.re + kC2 * c.re, x[0].im + kC1 * a.im + kC2 * c.im};
    const Complex f = {x[0].re + kC2 * a.re + kC1 * c.re, x[0].im + kC2 * a.im + kC1 * c.im};
    const Complex g = {kS1 * b.re + kS2 * d.re, kS1 * b.im + kS2 * d.im};
    const Complex h = {kS2 * b.re - kS1 * d.re, kS2 * b.im - kS1 * d.im};
    x[0] = {x[0].re + a.re + c.re, x[0].im + a.im + c.im};
    x[1] = {e.re + g.im, e.im - g.re};
    x[4] = {e.re - g.im, e.im + g.re};
    x[2] = {f.re + h.im, f.im - h.re};
    x[3] = {f.re - h.im, f.im + h.re};
  }
}

template <int R>
SEMEME_INLINE void fft_pass_of(const FftPass& pass) {
  const i64 m = pass.sub_length / R, stride = pass.stride;
  const float* w = pass.twiddles;
  for (i64 p = 0; p < m; ++p, w += 2 * (R - 1))
    for (i64 q = 0; q < stride; ++q)
      for (i64 c = 0; c < kColumns; c += kWide) {
        Complex x[R];
#pragma GCC unroll 5
        for (int r = 0; r < R; ++r) {
          const i64 from = (q + stride * (p + m * r)) * kColumns + c;
          __builtin_memcpy(&x[r].re, pass.from_re + from, sizeof(Wide));
          __builtin_memcpy(&x[r].im, pass.from_im + from, sizeof(Wide));
        }
        butterfly<R>(x);
#pragma GCC unroll 5
        for (int r = 0; r < R; ++r) {
          const i64 to = (q + stride * (R * p + r)) * kColumns + c;
          Wide re = x[r].re, im = x[r].im;
          if (r > 0) {
            const float wr = w[2 * (r - 1)], wi = w[2 * (r - 1) + 1];
            re = x[r].re * wr - x[r].im * wi;
            im = x[r].re * wi + x[r].im * wr;
          }
          __builtin_memcpy(pass.to_re + to, &re, sizeof(Wide));
          __builtin_memcpy(pass.to_im + to, &im, sizeof(Wide));
        }
      }
}

void fft_pass(const FftPass& pass) noexcept {
  switch (pass.radix) {
    case 2:
      return fft_pass_of<2>(pass);
    case 3:
      return fft_pass_of<3>(pass);
    case 4:
      return fft_pass_of<4>(pass);
    default:
      return fft_pass_of<5>(pass);
  }
}
