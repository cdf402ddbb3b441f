// Rows: reductions, sums, layer norm, and their change into the operands of a product.

// Four chains hide the latency of the additions.
template <class F>
inline float reduce(const float* a, const float* b, i64 n, F f) {
  Vec s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  i64 i = 0;
  for (; i + 4 * kWidth <= n; i += 4 * kWidth) {
    s0 = f(load(a + i), load(b + i), s0);
    s1 = f(load(a + i + kWidth), load(b + i + kWidth), s1);
    s2 = f(load(a + i + 2 * kWidth), load(b + i + 2 * kWidth), s2);
    s3 = f(load(a + i + 3 * kWidth), load(b + i + 3 * kWidth), s3);
  }
  for (; i + kWidth <= n; i += kWidth) s0 = f(load(a + i), load(b + i), s0);
  if (i < n) s1 = f(load_part(a + i, n - i), load_part(b + i, n - i), s1);
  return hsum(add(add(s0, s1), add(s2, s3)));
}

float dot(const float* a, const float* b, i64 n) noexcept {
  return reduce(a, b, n, [](Vec x, Vec y, Vec s) { return fmadd(x, y, s); });
}
float squared_distance(const float* a, const float* b, i64 n) noexcept {
  return reduce(a, b, n, [](Vec x, Vec y, Vec s) {
    const Vec d = sub(x, y);
    return fmadd(d, d, s);
  });
}
float absolute_distance(const float* a, const float* b, i64 n) noexcept {
  return reduce(a, b, n, [](Vec x, Vec y, Vec s) { return add(s, abs(sub(x, y))); });
}

template <class F>
inline void zip(const float* a, const float* b, float* y, i64 n, F f) {
  i64 i = 0;
  for (; i + kWidth <= n; i += kWidth) store(y + i, f(load(a + i), load(b + i)));
  if (i < n) store_part(y + i, f(load_part(a + i, n - i), load_part(b + i, n - i)), n - i);
}

void axpy(float a, const float* x, float* y, i64 n) noexcept {
  const Vec factor = set1(a);
  zip(x, y, y, n, [=](Vec u, Vec v) { return fmadd(factor, u, v); });
}
void maximum(const float* x, float* y, i64 n) noexcept {
  zip(x, y, y, n, [](Vec u, Vec v) { return max(u, v); });
}
void add_rows(const float* a, const float* b, float* y, i64 n) noexcept {
  zip(a, b, y, n, [](Vec u, Vec v) { return add(u, v); });
}

bool all_finite(const float* x, i64 n) noexcept {
  // x * 0 is 0 for every finite x and NaN else, and NaN survives the sum.
  Vec s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  const Vec nought = zero();
  i64 i = 0;
  for (; i + 4 * kWidth <= n; i += 4 * kWidth) {
    s0 = fmadd(load(x + i), nought, s0);
    s1 = fmadd(load(x + i + kWidth), nought, s1);
    s2 = fmadd(load(x + i + 2 * kWidth), nought, s2);
    s3 = fmadd(load(x + i + 3 * kWidth), nought, s3);
  }
  float tail = 0;
  for (; i < n; ++i) tail += x[i] * 0.0F;
  return hsum(add(add(s0, s1), add(s2, s3))) + tail == 0.0F;
}

void to_bf16(const float* x, bf16* y, i64 n) noexcept {
  i64 i = 0;
  for (; i + kWidth <= n; i += kWidth) store_bf16(y + i, load(x + i));
  if (i < n) store_bf16_part(y + i, load_part(x + i, n - i), n - i);
}

// Bytes from the smallest value (0) to the largest (255) of a row, of which `low` and `high` are the extremes; value(i)
// gives kWidth of them.
template <class Value>
inline RowScale store_as_bytes(Vec low, Vec high, std::uint8_t* y, i64 n, Value value) {
  const float least = hmin(low), range = hmax(high) - least;
  const Vec from = set1(least), factor = set1(range > 0 ? 255.0F / range : 0.0F);
  i64 i = 0;
  for (; i + kWidth <= n; i += kWidth) store_bytes(y + i, mul(sub(value(i), from), factor));
  if (i < n) store_bytes_part(y + i, mul(sub(value(i), from), factor), n - i);
  return {range / 255.0F, least};
}

template <class T, bool kFactors>
inline RowScale quantize_row(const T* x, const float* factors, std::uint8_t* y, i64 n) {
  const auto value = [=](i64 i) {
    const Vec v = load_some(x + i, n - i);
    return kFactors ? mul(v, load_some(factors + i, n - i)) : v;
  };
  Vec low0 = set1(__builtin_inff()), low1 = low0, high0 = sub(zero(), low0), high1 = high0;
  i64 i = 0;
  for (; i + 2 * kWidth <= n; i += 2 * kWidth) {
    const Vec a = value(i), b = value(i + kWidth);
    low0 = min(a, low0);
    high0 = max(a, high0);
    low1 = min(b, low1);
    high1 = max(b, high1);
  }
  for (; i < n; i += kWidth) {
    const i64 some = min_of(kWidth, n - i);
    const Vec a = value(i);
    low0 = min(first_of(a, some, low0), low0);
    high0 = max(first_of(a, some, high0), high0);
  }
  return store_as_bytes(min(low0, low1), max(high0, high1), y, n, value);
}

RowScale quantize(const float* x, const float* factors, std::uint8_t* y, i64 n) noexcept {
  return factors == nullptr ? quantize_row<float, false>(x, factors, y, n)
                            : quantize_row<float, true>(x, factors, y, n);
}
// By the vocabulary, if it has its own way.
template <class T>
inline RowScale quantize_halves(const T* x, std::uint8_t* y, i64 n) {
  if constexpr (requires(float& bound) { find_bounds(x, n, bound, bound); }) {
    float low, high;
    find_bounds(x, n, low, high);
    const float range = high - low;
    store_as_bytes(x, n, low, range > 0 ? 255.0F / range : 0.0F, y);
    return {range / 255.0F, low};
  } else {
    return quantize_row<T, false>(x, nullptr, y, n);
  }
}
RowScale quantize_bf16(const bf16* x, std::uint8_t* y, i64 n) noexcept { return quantize_halves(x, y, n); }

// --- layer norm

// kRows rows at once: one waits for its sums while the other is summed.
template <int kRows, NumberType kNext>
inline void norm_some(const NormArgs& a, i64 first) {
  const i64 n = a.n, whole = n / kWidth * kWidth, rest = n - whole;
  const float* x[kRows];
  float* y[kRows];
  Vec even[kRows], odd[kRows], mean[kRows], factor[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    x[r] = a.x + (first + r) * a.x_stride;
    y[r] = a.y + (first + r) * a.y_stride;
    even[r] = odd[r] = zero();
  }
  i64 i = 0;
  for (; i + 2 * kWidth <= n; i += 2 * kWidth)
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      even[r] = add(even[r], load(x[r] + i));
      odd[r] = add(odd[r], load(x[r] + i + kWidth));
    }
  for (; i < n; i += kWidth)
    for (int r = 0; r < kRows; ++r) even[r] = add(even[r], load_some(x[r] + i, n - i));
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    mean[r] = set1(hsum(add(even[r], odd[r])) / static_cast<float>(n));
    even[r] = odd[r] = zero();
  }
  for (i = 0; i + 2 * kWidth <= n; i += 2 * kWidth)
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vec u = sub(load(x[r] + i), mean[r]), v = sub(load(x[r] + i + kWidth), mean[r]);
      even[r] = fmadd(u, u, even[r]);
      odd[r] = fmadd(v, v, odd[r]);
    }
  for (; i < n; i += kWidth)
    for (int r = 0; r < kRows; ++r) {
      const Vec u = first_of(sub(load_some(x[r] + i, n - i), mean[r]), min_of(kWidth, n - i), zero());
      even[r] = fmadd(u, u, even[r]);
    }
  Vec low[kRows], high[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    const float variance = hsum(add(even[r], odd[r])) / static_cast<float>(n);
    factor[r] = set1(1.0F / __builtin_sqrtf(variance + a.eps));
    low[r] = set1(__builtin_inff());
    high[r] = sub(zero(), low[r]);
  }
  for (i = 0; i < whole; i += kWidth) {
    const Vec gamma = load(a.gamma + i), beta = load(a.beta + i);
    const Vec scale = kNext == NumberType::kInt8 ? load(a.factors + i) : zero();
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vec v = fmadd(mul(sub(load(x[r] + i), mean[r]), factor[r]), gamma, beta);
      store(y[r] + i, v);
      if constexpr (kNext == NumberType::kBfloat16)
        store_bf16(static_cast<bf16*>(a.next) + (first + r) * a.next_stride + i, v);
      if constexpr (kNext == NumberType::kInt8) {
        const Vec z = mul(v, scale);
        low[r] = min(z, low[r]);
        high[r] = max(z, high[r]);
      }
    }
  }
  if (rest > 0)
    for (int r = 0; r < kRows; ++r) {
      const Vec v = fmadd(mul(sub(load_part(x[r] + i, rest), mean[r]), factor[r]), load_part(a.gamma + i, rest),
                          load_part(a.beta + i, rest));
      store_part(y[r] + i, v, rest);
      if constexpr (kNext == NumberType::kBfloat16)
        store_bf16_part(static_cast<bf16*>(a.next) + (first + r) * a.next_stride + i, v, rest);
      if constexpr (kNext == NumberType::kInt8) {
        const Vec z = mul(v, load_part(a.factors + i, rest));
        low[r] = min(first_of(z, rest, low[r]), low[r]);
        high[r] = max(first_of(z, rest, high[r]), high[r]);
      }
    }
  if constexpr (kNext == NumberType::kInt8)
    for (int r = 0; r < kRows; ++r) {
      const float* const row = y[r];
      a.scales[first + r] =
          store_as_bytes(low[r], high[r], static_cast<std::uint8_t*>(a.next) + (first + r) * a.next_stride, n,
                         [&](i64 at) { return mul(load_some(row + at, n - at), load_some(a.factors + at, n - at)); });
    }
}

template <NumberType kNext>
inline void norm_all(const NormArgs& a) {
  i64 row = 0;
  for (; row + 2 <= a.rows; row += 2) norm_some<2, kNext>(a, row);
  if (row < a.rows) norm_some<1, kNext>(a, row);
}

void layer_norm(const NormArgs& a) noexcept {
  if (a.next_type == NumberType::kBfloat16) return norm_all<NumberType::kBfloat16>(a);
  if (a.next_type == NumberType::kInt8) return norm_all<NumberType::kInt8>(a);
  norm_all<NumberType::kFloat32>(a);
}

// Four rows share what is loaded of x, and their sums are taken together.
void dot_codes(const signed char* x, const unsigned char* codes, i64 n, i64 rows, std::int32_t* sums) noexcept {
  const i64 size = n / 4;
  i64 r = 0;
  for (; r + 4 <= rows; r += 4) {
    const unsigned char* const p = codes + r * size;
    OfCodes::Sum s[4] = {OfCodes::zero(), OfCodes::zero(), OfCodes::zero(), OfCodes::zero()};
    for (i64 i = 0; i < size; i += 16) {
      const OfCodes::Value v = OfCodes::value(x + 4 * i);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) s[j] = OfCodes::dot(v, p + j * size + i, s[j]);
    }
    OfCodes::store_four(sums + r, s);
  }
  for (; r < rows; ++r) {
    OfCodes::Sum s = OfCodes::zero();
    for (i64 i = 0; i < size; i += 16) s = OfCodes::dot(OfCodes::value(x + 4 * i), codes + r * size + i, s);
    OfCodes::store(sums + r, s);
  }
}

void adagrad(const AdaGradArgs& a) noexcept {
  const Vec gradient = set1(a.gradient), rate = set1(a.rate), high = set1(a.limit), low = set1(-a.limit);
  const auto step_of = [&](Vec other) { return mul(max(low, min(high, mul(gradient, other))), rate); };
  const auto part = [&](i64 i, auto get, auto put) {
    const Vec x = get(a.x + i), y = get(a.y + i), xs = get(a.x_squares + i), ys = get(a.y_squares + i);
    const Vec dx = step_of(y), dy = step_of(x);
    put(a.x + i, sub(x, div(dx, sqrt(xs))));
    put(a.y + i, sub(y, div(dy, sqrt(ys))));
    put(a.x_squares + i, fmadd(dx, dx, xs));
    put(a.y_squares + i, fmadd(dy, dy, ys));
  };
  i64 i = 0;
  for (; i + kWidth <= a.n; i += kWidth)
    part(
        i, [](const float* p) { return load(p); }, [](float* p, Vec v) { store(p, v); });
  const i64 left = a.n - i;
  if (left > 0)
    part(
        i, [&](const float* p) { return load_part(p, left); }, [&](float* p, Vec v) { store_part(p, v, left); });
}

// --- functions of every element

void activate(Activation activation, float* x, i64 n) noexcept {
  with_activation<Rounding::kNone>(activation, [&](auto f) { map(x, n, f); });
}
