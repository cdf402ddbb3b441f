// Training kernels over the vocabulary that kernels_body.h tells of and the functions of body_functions.h, included
// once per instruction set inside an anonymous namespace.

// x Phi(x) with erf(x / sqrt(2)) as x P(x^2) / Q(x^2), right to about 2e-7: gelu_of() is faster and cruder.
// Source  the coefficients of Eigen's and XLA's erf of float32.
inline Vec exact_gelu_of(Vec x) {
  const Vec z = max(set1(-4.0F), min(set1(4.0F), x * 0.70710678118654752F)), s = z * z;
  Vec p = set1(-2.72614225801306e-10F);
  p = p * s + 2.77068142495902e-08F;
  p = p * s - 2.10102402082508e-06F;
  p = p * s - 5.69250639462346e-05F;
  p = p * s - 7.34990630326855e-04F;
  p = p * s - 2.95459980854025e-03F;
  p = p * s - 1.60960333262415e-02F;
  Vec q = set1(-1.45660718464996e-05F);
  q = q * s - 2.13374055278905e-04F;
  q = q * s - 1.68282697438203e-03F;
  q = q * s - 7.37332916720468e-03F;
  q = q * s - 1.42647390514189e-02F;
  return 0.5F * x * (1.0F + z * p / q);
}
// Phi(x) + x phi(x); Phi by Abramowitz & Stegun 7.1.26.
inline Vec gelu_slope(Vec x) {
  const Vec z = abs(x) * 0.70710678118654752F, e = exp_of(-(z * z));
  const Vec t = 1.0F / (z * 0.3275911F + 1.0F);
  Vec p = set1(1.061405429F);
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const Vec tail = p * t * 0.5F * e;
  return (x < 0.0F ? tail : 1.0F - tail) + x * e * 0.39894228040143268F;
}
inline Vec gelu_tanh_slope(Vec x) {
  const Vec t = tanh_of(x * (x * x * (0.7978845608F * 0.044715F) + 0.7978845608F));
  return 0.5F * (1.0F + t) + 0.5F * x * (1.0F - t * t) * (x * x * (3 * 0.7978845608F * 0.044715F) + 0.7978845608F);
}
inline Vec swish_slope(Vec x, float factor) {
  const Vec s = sigmoid_of(x * factor);
  return s + x * factor * s * (1.0F - s);
}

template <class F>
inline void multiply_by(const float* x, float* d, i64 n, F slope) {
  for (i64 i = 0; i < n; i += kWidth)
    store_some(d + i, load_some(d + i, n - i) * slope(load_some(x + i, n - i)), n - i);
}

void gelu_forward(const float* x, float* y, i64 n) noexcept {
  for (i64 i = 0; i < n; i += kWidth) store_some(y + i, exact_gelu_of(load_some(x + i, n - i)), n - i);
}

void activation_backward(Activation f, const float* x, float* d, i64 n) noexcept {
  switch (f) {
    case Activation::kIdentity:
      return;
    case Activation::kGelu:
      return multiply_by(x, d, n, [](Vec v) { return gelu_slope(v); });
    case Activation::kGeluTanh:
      return multiply_by(x, d, n, [](Vec v) { return gelu_tanh_slope(v); });
    case Activation::kQuickGelu:
      return multiply_by(x, d, n, [](Vec v) { return swish_slope(v, 1.702F); });
    case Activation::kRelu:
      return multiply_by(x, d, n, [](Vec v) { return v > 0.0F ? set1(1.0F) : zero(); });
    case Activation::kSilu:
      return multiply_by(x, d, n, [](Vec v) { return swish_slope(v, 1.0F); });
    case Activation::kTanh:
      return multiply_by(x, d, n, [](Vec v) {
        const Vec t = tanh_of(v);
        return 1.0F - t * t;
      });
    case Activation::kSigmoid:
      return multiply_by(x, d, n, [](Vec v) {
        const Vec s = sigmoid_of(v);
        return s * (1.0F - s);
      });
  }
}

void softmax(float* s, float scale, i64 n) noexcept {
  Vec largest = set1(s[0]);
  const auto value = [&](i64 i) {
    return n - i >= kWidth ? load(s + i) : first_of(load_part(s + i, n - i), n - i, largest);
  };
  for (i64 i = 0; i < n; i += kWidth) largest = max(largest, value(i));
  const float most = hmax(largest);
  Vec sum = {};
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec e = exp_of((load_some(s + i, n - i) - most) * scale);
    store_some(s + i, e, n - i);
    sum += n - i >= kWidth ? e : first_of(e, n - i, zero());
  }
  const float total = hsum(sum);
  for (i64 i = 0; i < n; i += kWidth) store_some(s + i, load_some(s + i, n - i) / total, n - i);
}

void softmax_backward(const float* p, const float* kept, float* d, float scale, i64 n) noexcept {
  Vec sum = {};
  for (i64 i = 0; i < n; i += kWidth) sum += load_some(kept + i, n - i) * load_some(d + i, n - i);
  const float mean = hsum(sum);
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec along = load_some(kept + i, n - i) * load_some(d + i, n - i);
    store_some(d + i, (along - load_some(p + i, n - i) * mean) * scale, n - i);
  }
}

// The sum of value(i) for i < n in eight chains, which the compiler turns into vectors.
template <class F>
inline double sum_in_double(i64 n, F value) {
  double part[8] = {};
  i64 i = 0;
  for (; i + 8 <= n; i += 8)
    for (i64 j = 0; j < 8; ++j) part[j] += value(i + j);
  for (; i < n; ++i) part[i % 8] += value(i);
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

// In double, every result rounded once: what float32 does to a mean or a deviation it does to the whole row, and a loss
// that adds up many dot products shows it.
float layer_norm_forward(const float* x, const float* gamma, const float* beta, float eps, float* unit, float* y,
                         i64 n) noexcept {
  const double mean = sum_in_double(n, [&](i64 i) { return static_cast<double>(x[i]); }) / static_cast<double>(n);
  const double variance = sum_in_double(n, [&](i64 i) { return (x[i] - mean) * (x[i] - mean); });
  const double r = 1 / __builtin_sqrt(variance / static_cast<double>(n) + static_cast<double>(eps));
  const auto finish = [&](i64 first, i64 count) {  // by way of the stack: y may be x
    float u[8], v[8];
    for (i64 i = 0; i < count; ++i) {
      const double c = (x[first + i] - mean) * r;
      u[i] = static_cast<float>(c);
      v[i] = static_cast<float>(c * gamma[first + i] + beta[first + i]);
    }
    for (i64 i = 0; i < count; ++i) unit[first + i] = u[i];
    for (i64 i = 0; i < count; ++i) y[first + i] = v[i];
  };
  i64 i = 0;
  for (; i + 8 <= n; i += 8) finish(i, 8);
  finish(i, n - i);
  return static_cast<float>(r);
}

void layer_norm_backward(const float* d_y, const float* unit, float rstd, const float* gamma, float* d_x,
                         bool accumulate, float* d_gamma, float* d_beta, i64 n) noexcept {
  Vec sum = {}, product = {};
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec d = load_some(d_y + i, n - i), u = load_some(unit + i, n - i), g = d * load_some(gamma + i, n - i);
    sum += g;
    product += g * u;
    store_some(d_gamma + i, load_some(d_gamma + i, n - i) + d * u, n - i);
    store_some(d_beta + i, load_some(d_beta + i, n - i) + d, n - i);
  }
  const float mean_g = hsum(sum) / static_cast<float>(n), mean_gu = hsum(product) / static_cast<float>(n);
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec g = load_some(d_y + i, n - i) * load_some(gamma + i, n - i);
    const Vec d = rstd * (g - mean_g - load_some(unit + i, n - i) * mean_gu);
    store_some(d_x + i, accumulate ? load_some(d_x + i, n - i) + d : d, n - i);
  }
}

void adamw(const AdamStep& s, const float* gradient, float* first, float* second, float* value, i64 n) noexcept {
  const float keep = 1.0F - s.rate * s.decay, step = s.rate / s.correction1,
              root = 1.0F / __builtin_sqrtf(s.correction2);
  for (i64 i = 0; i < n; i += kWidth) {
    const i64 rest = n - i;
    const Vec g = load_some(gradient + i, rest) * s.gradient_scale;
    const Vec m = load_some(first + i, rest) * s.beta1 + g * (1.0F - s.beta1);
    const Vec v = load_some(second + i, rest) * s.beta2 + g * g * (1.0F - s.beta2);
    store_some(first + i, m, rest);
    store_some(second + i, v, rest);
    store_some(value + i, load_some(value + i, rest) * keep - step * m / (sqrt(v) * root + s.epsilon), rest);
  }
}

void scale(float factor, float* x, i64 n) noexcept {
  for (i64 i = 0; i < n; i += kWidth) store_some(x + i, load_some(x + i, n - i) * factor, n - i);
}

double sum_of_squares(const float* x, i64 n) noexcept {
  return sum_in_double(n, [&](i64 i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); });
}

// Philox4x32-10 (base/rng.h), a block of four words in each lane: products of 32 bits in lanes of 64.
void dropout(std::uint64_t seed, std::uint64_t stream, std::uint64_t block, std::uint32_t threshold, float factor,
             float* x, i64 n) noexcept {
  constexpr int kLanes = 8;
  using Lanes = std::uint64_t __attribute__((vector_size(8 * kLanes)));
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  for (i64 first = 0; first < n; first += 8 * kLanes, block += kLanes) {
    Lanes c0, c1, c2 = Lanes{} + (stream & kLow), c3 = Lanes{} + (stream >> 32);
    for (int l = 0; l < kLanes; ++l) {
      c0[l] = (block + static_cast<std::uint64_t>(l)) & kLow;
      c1[l] = (block + static_cast<std::uint64_t>(l)) >> 32;
    }
    std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const Lanes p0 = c0 * std::uint64_t{0xD2511F53}, p1 = c2 * std::uint64_t{0xCD9E8D57};
      const Lanes n0 = (p1 >> 32) ^ c1 ^ std::uint64_t{k0}, n2 = (p0 >> 32) ^ c3 ^ std::uint64_t{k1};
      c1 = p1 & kLow;
      c3 = p0 & kLow;
      c0 = n0;
      c2 = n2;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    // The halves of the words, in their order.
    std::uint64_t words[2 * kLanes];
    for (int l = 0; l < kLanes; ++l) {
      words[2 * l] = c0[l] | c1[l] << 32;
      words[2 * l + 1] = c2[l] | c3[l] << 32;
    }
    std::uint16_t halves[8 * kLanes];
    __builtin_memcpy(halves, words, sizeof halves);
    const i64 count = n - first < 8 * kLanes ? n - first : 8 * kLanes;
    float* const part = x + first;
    for (i64 j = 0; j < count; ++j) {
      const float kept = part[j] * factor;
      part[j] = halves[j] >= threshold ? kept : 0.0F;
    }
  }
}

#define SEMEME_TRAINING_TABLE                                                                                          \
  {                                                                                                                    \
    gemm_plain, gelu_forward, activation_backward, softmax, softmax_backward, layer_norm_forward, layer_norm_backward, \
        dropout, adamw, scale, sum_of_squares                                                                          \
  }
