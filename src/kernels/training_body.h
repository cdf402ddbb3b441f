// Training kernels over the vocabulary that kernels_body.h tells of and the functions of body_functions.h, included
// once per instruction set inside an anonymous namespace.

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
  float most = s[0];
  for (i64 i = 1; i < n; ++i) most = s[i] > most ? s[i] : most;
  Vec sum = {};
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec e = exp_of((load_some(s + i, n - i) - most) * scale);
    store_some(s + i, e, n - i);
    sum += load_some(s + i, n - i);
  }
  const float factor = 1.0F / hsum(sum);
  for (i64 i = 0; i < n; i += kWidth) store_some(s + i, load_some(s + i, n - i) * factor, n - i);
}

void softmax_backward(const float* p, float* d, float scale, i64 n) noexcept {
  Vec sum = {};
  for (i64 i = 0; i < n; i += kWidth) sum += load_some(p + i, n - i) * load_some(d + i, n - i);
  const float mean = hsum(sum);
  for (i64 i = 0; i < n; i += kWidth)
    store_some(d + i, load_some(p + i, n - i) * (load_some(d + i, n - i) - mean) * scale, n - i);
}

float layer_norm_forward(const float* x, const float* gamma, const float* beta, float eps, float* unit, float* y,
                         i64 n) noexcept {
  Vec sum = {};
  for (i64 i = 0; i < n; i += kWidth) sum += load_some(x + i, n - i);
  const float mean = hsum(sum) / static_cast<float>(n);
  Vec squares = {};
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec c = load_some(x + i, n - i) - mean;
    store_some(unit + i, c, n - i);
    const Vec some = load_some(unit + i, n - i);  // zeros past the end, which c does not have
    squares += some * some;
  }
  const float r = 1.0F / __builtin_sqrtf(hsum(squares) / static_cast<float>(n) + eps);
  for (i64 i = 0; i < n; i += kWidth) {
    const Vec u = load_some(unit + i, n - i) * r;
    store_some(unit + i, u, n - i);
    store_some(y + i, u * load_some(gamma + i, n - i) + load_some(beta + i, n - i), n - i);
  }
  return r;
}

void layer_norm_backward(const float* d_y, const float* unit, float rstd, const float* gamma, float* d_x,
                         float* d_gamma, float* d_beta, i64 n) noexcept {
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
    store_some(d_x + i, load_some(d_x + i, n - i) + rstd * (g - mean_g - load_some(unit + i, n - i) * mean_gu), n - i);
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

#define SEMEME_TRAINING_TABLE \
  { activation_backward, softmax, softmax_backward, layer_norm_forward, layer_norm_backward, dropout, adamw }
