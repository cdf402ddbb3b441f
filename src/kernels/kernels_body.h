// Kernels over a small vector vocabulary, included once per instruction set inside an anonymous namespace, after the
// file that defines it: Vec (kWidth floats), load, store, load_part, store_part, set1, zero, add, sub, mul, div, sqrt,
// fmadd (a * b + c), max, min, abs, load_bytes (kWidth signed bytes), hsum, hmax, round, pow2 (2^n of an integral n),
// select_negative (x < 0 ? a : b), and kPanelVecs, kTileRows. No standard library: an inline function compiled here
// could be the copy that the linker keeps for every caller.

constexpr i64 kPanel = kPanelVecs * kWidth;

constexpr i64 min_of(i64 a, i64 b) { return a < b ? a : b; }

// --- elementwise functions

// e^x, relative error below 2e-7 in the range of floats; underflows to 0, overflows to infinity; NaN stays.
// Cody-Waite reduction to |r| <= ln(2)/2 and the Taylor-like minimax polynomial of degree 6.
inline Vec exp_of(Vec x) {
  // min(limit, x) returns x when x is NaN: the second operand wins on unordered comparison.
  x = max(set1(-104.0F), min(set1(89.0F), x));
  const Vec n = round(mul(x, set1(1.44269504088896341F)));
  Vec r = fmadd(n, set1(-0.693359375F), x);
  r = fmadd(n, set1(2.12194440e-4F), r);
  Vec p = set1(1.9875691500e-4F);
  p = fmadd(p, r, set1(1.3981999507e-3F));
  p = fmadd(p, r, set1(8.3334519073e-3F));
  p = fmadd(p, r, set1(4.1665795894e-2F));
  p = fmadd(p, r, set1(1.6666665459e-1F));
  p = fmadd(p, r, set1(5.0000001201e-1F));
  p = add(fmadd(p, mul(r, r), r), set1(1.0F));
  // In two steps, so that results below the smallest normal number and 2^128 come out right.
  const Vec half = round(mul(n, set1(0.5F)));
  return mul(mul(p, pow2(half)), pow2(sub(n, half)));
}

inline Vec sigmoid_of(Vec x) { return div(set1(1.0F), add(set1(1.0F), exp_of(sub(zero(), x)))); }

// x * Phi(x): half of erfc(|x| / sqrt 2) by Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7 in erf), reflected for
// x > 0. Exact 0 for large negative x.
inline Vec gelu_of(Vec x) {
  const Vec z = mul(abs(x), set1(0.70710678118654752F));
  const Vec t = div(set1(1.0F), fmadd(z, set1(0.3275911F), set1(1.0F)));
  Vec p = set1(1.061405429F);
  p = fmadd(p, t, set1(-1.453152027F));
  p = fmadd(p, t, set1(1.421413741F));
  p = fmadd(p, t, set1(-0.284496736F));
  p = fmadd(p, t, set1(0.254829592F));
  const Vec q = mul(mul(mul(p, t), set1(0.5F)), exp_of(sub(zero(), mul(z, z))));
  const Vec phi = select_negative(x, q, sub(set1(1.0F), q));
  return mul(x, phi);
}

inline Vec tanh_of(Vec x) {
  // 1 - 2 / (e^2|x| + 1) loses digits near 0, where a polynomial in x^2 serves.
  const Vec a = abs(x), s = mul(x, x);
  Vec p = set1(-5.70498872745e-3F);
  p = fmadd(p, s, set1(2.06390887954e-2F));
  p = fmadd(p, s, set1(-5.37397155531e-2F));
  p = fmadd(p, s, set1(1.33314422036e-1F));
  p = fmadd(p, s, set1(-3.33332819422e-1F));
  const Vec small = fmadd(mul(p, s), x, x);
  const Vec far = sub(set1(1.0F), div(set1(2.0F), add(exp_of(add(a, a)), set1(1.0F))));
  const Vec large = select_negative(x, sub(zero(), far), far);
  return select_negative(sub(a, set1(0.625F)), small, large);
}

inline Vec gelu_tanh_of(Vec x) {
  const Vec inner = mul(x, fmadd(mul(x, x), set1(0.7978845608F * 0.044715F), set1(0.7978845608F)));
  return mul(mul(x, set1(0.5F)), add(set1(1.0F), tanh_of(inner)));
}

template <class F>
inline void map(float* x, i64 n, F f) {
  i64 i = 0;
  for (; i + kWidth <= n; i += kWidth) store(x + i, f(load(x + i)));
  if (i < n) store_part(x + i, f(load_part(x + i, n - i)), n - i);
}

// action(f) with the function that `activation` names: the choice is made once, outside of the loops.
template <class Action>
inline void with_activation(Activation activation, Action action) {
  switch (activation) {
    case Activation::kIdentity:
      return action([](Vec v) { return v; });
    case Activation::kGelu:
      return action([](Vec v) { return gelu_of(v); });
    case Activation::kGeluTanh:
      return action([](Vec v) { return gelu_tanh_of(v); });
    case Activation::kQuickGelu:
      return action([](Vec v) { return mul(v, sigmoid_of(mul(v, set1(1.702F)))); });
    case Activation::kRelu:
      return action([](Vec v) { return max(zero(), v); });
    case Activation::kSilu:
      return action([](Vec v) { return mul(v, sigmoid_of(v)); });
    case Activation::kTanh:
      return action([](Vec v) { return tanh_of(v); });
    case Activation::kSigmoid:
      return action([](Vec v) { return sigmoid_of(v); });
  }
}

void activate(Activation activation, float* x, i64 n) noexcept {
  with_activation(activation, [&](auto f) { map(x, n, f); });
}

// --- reductions: four chains hide the latency of the additions

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

void layer_norm(const float* x, const float* gamma, const float* beta, float eps, float* y, i64 n) noexcept {
  const auto sum = reduce(x, x, n, [](Vec u, Vec, Vec s) { return add(s, u); });
  const float mean = sum / static_cast<float>(n);
  // The second pass has to treat the tail apart: padding with zeros would add mean^2.
  Vec s0 = zero(), s1 = zero();
  const Vec m = set1(mean);
  i64 i = 0;
  for (; i + 2 * kWidth <= n; i += 2 * kWidth) {
    const Vec a = sub(load(x + i), m), b = sub(load(x + i + kWidth), m);
    s0 = fmadd(a, a, s0);
    s1 = fmadd(b, b, s1);
  }
  float tail = 0;
  for (; i < n; ++i) tail += (x[i] - mean) * (x[i] - mean);
  const float variance = (hsum(add(s0, s1)) + tail) / static_cast<float>(n);
  const Vec r = set1(1.0F / __builtin_sqrtf(variance + eps));
  for (i = 0; i + kWidth <= n; i += kWidth)
    store(y + i, fmadd(mul(sub(load(x + i), m), r), load(gamma + i), load(beta + i)));
  if (i < n) {
    const i64 rest = n - i;
    store_part(y + i,
               fmadd(mul(sub(load_part(x + i, rest), m), r), load_part(gamma + i, rest), load_part(beta + i, rest)),
               rest);
  }
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

// --- GEMM

// c (kRows, kVecs * kWidth) = a (kRows, k) * b (k, ...), raw sums into a tile that stays in L1; the epilogue is a loop
// of its own, so that a micro-kernel is compiled once per shape.
template <int kRows, int kVecs>
__attribute__((noinline)) void micro(const float* a, i64 a_stride, const float* b, i64 b_stride, i64 k, float* c,
                                     i64 c_stride) noexcept {
  Vec acc[kRows][kVecs];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) acc[m][v] = zero();
  // One base pointer for three rows: fourteen of them would not fit the registers.
  constexpr int kBases = (kRows + 2) / 3;
  const float* base[kBases];
#pragma GCC unroll 8
  for (int i = 0; i < kBases; ++i) {
    base[i] = a + 3 * i * a_stride;
    asm volatile("" : "+r"(base[i]));
  }
  for (i64 kk = 0; kk < k; ++kk) {
    Vec row[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) row[v] = load(b + v * kWidth);
    b += b_stride;
#pragma GCC unroll 16
    for (int m = 0; m < kRows; ++m) {
      const Vec x = set1(base[m / 3][(m % 3) * a_stride + kk]);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) acc[m][v] = fmadd(x, row[v], acc[m][v]);
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) store(c + m * c_stride + v * kWidth, acc[m][v]);
}

using Micro = void (*)(const float*, i64, const float*, i64, i64, float*, i64) noexcept;
constexpr Micro kMicro[kTileRows + 1] = {SEMEME_MICRO_TABLE};

// Columns [column, column + columns) of `height` rows from `row` on: f(sum + bias) + residual.
template <class F>
inline void finish_tile(const GemmArgs& g, const float* tile, i64 row, i64 height, i64 column, i64 columns, F f) {
  for (i64 m = 0; m < height; ++m, tile += kPanel) {
    float* const y = g.y + (row + m) * g.y_stride + column;
    const float* const residual = g.residual == nullptr ? nullptr : g.residual + (row + m) * g.residual_stride + column;
    for (i64 j = 0; j < columns; j += kWidth) {
      Vec v = f(add(load(tile + j), load(g.bias + column + j)));
      const i64 rest = columns - j;
      if (rest >= kWidth) {
        if (residual != nullptr) v = add(v, load(residual + j));
        store(y + j, v);
      } else {
        if (residual != nullptr) v = add(v, load_part(residual + j, rest));
        store_part(y + j, v, rest);
      }
    }
  }
}

void gemm(const GemmArgs& g) noexcept {
  alignas(64) float tile[kTileRows * kPanel];
  // Rows that are taken through all panels together: their x stays in L2 (512 KiB).
  i64 block = 131072 / (g.k > 0 ? g.k : 1) / kTileRows * kTileRows;
  block = block < kTileRows ? kTileRows : min_of(block, 16 * kTileRows);
  for (i64 first = 0; first < g.m; first += block) {
    const i64 rows = min_of(block, g.m - first);
    const i64 tiles = (rows + kTileRows - 1) / kTileRows;
    for (i64 p = g.panel_begin; p < g.panel_end; ++p) {
      const float* const panel = g.panels + p * g.k * kPanel;
      const i64 column = p * kPanel, columns = min_of(kPanel, g.n - column);
      i64 row = first;
      for (i64 t = 0; t < tiles; ++t) {  // tiles of even height: 15 rows are 8 + 7, not 14 + 1
        const i64 height = rows / tiles + (t < rows % tiles);
        kMicro[height](g.x + row * g.x_stride, g.x_stride, panel, kPanel, g.k, tile, kPanel);
        with_activation(g.activation, [&](auto f) { finish_tile(g, tile, row, height, column, columns, f); });
        row += height;
      }
    }
  }
}

// --- attention of one head: K^T in panels, S a tile of rows by all keys, V as it is (padded to panels of columns)

constexpr i64 up_to(i64 n, i64 step) { return (n + step - 1) / step * step; }

i64 attention_scratch(i64 tokens, i64 head_dim) noexcept {
  const i64 keys = up_to(tokens, kPanel), width = up_to(head_dim, kPanel);
  return keys * head_dim + tokens * width + kTileRows * keys + kTileRows * kPanel;
}

// softmax(scale * s) without the division by the sum, which is returned inverted; entries past n become 0.
inline float softmax_row(float* s, i64 n, i64 padded, float scale) {
  Vec largest = set1(s[0]);
  i64 j = 0;
  for (; j + kWidth <= n; j += kWidth) largest = max(load(s + j), largest);
  float top = hmax(largest);
  for (; j < n; ++j) top = s[j] > top ? s[j] : top;
  const Vec m = set1(top), factor = set1(scale);
  Vec sum = zero();
  for (j = 0; j + kWidth <= n; j += kWidth) {
    const Vec e = exp_of(mul(sub(load(s + j), m), factor));
    store(s + j, e);
    sum = add(sum, e);
  }
  if (j < n) {
    const Vec e = exp_of(mul(sub(load_part(s + j, n - j), m), factor));
    for (i64 i = j; i < padded; ++i) s[i] = 0;
    store_part(s + j, e, n - j);
    sum = add(sum, load(s + j));
  }
  return 1.0F / hsum(sum);
}

void attention(const AttentionArgs& a) noexcept {
  const i64 keys = up_to(a.tokens, kPanel), width = up_to(a.head_dim, kPanel);
  float* const kt = a.scratch;               // [keys / panel][head_dim][panel]
  float* const v = kt + keys * a.head_dim;   // [width / panel][tokens][panel]
  float* const s = v + a.tokens * width;     // [tile rows][keys]
  float* const tile = s + kTileRows * keys;  // [tile rows][panel]
  for (i64 j0 = 0; j0 < keys; j0 += kPanel) {
    float* const panel = kt + j0 * a.head_dim;
    const i64 some = min_of(kPanel, a.tokens - j0);
    for (i64 j = 0; j < kPanel; ++j)
      for (i64 d = 0; d < a.head_dim; ++d) panel[d * kPanel + j] = j < some ? a.k[(j0 + j) * a.stride + d] : 0.0F;
  }
  for (i64 d0 = 0; d0 < width; d0 += kPanel) {
    float* const panel = v + d0 * a.tokens;
    const i64 some = min_of(kPanel, a.head_dim - d0);
    for (i64 j = 0; j < a.tokens; ++j)
      for (i64 d = 0; d < kPanel; ++d) panel[j * kPanel + d] = d < some ? a.v[j * a.stride + d0 + d] : 0.0F;
  }
  const i64 tiles = (a.tokens + kTileRows - 1) / kTileRows;
  for (i64 t = 0, row = 0; t < tiles; ++t) {
    const i64 height = a.tokens / tiles + (t < a.tokens % tiles);
    for (i64 j0 = 0; j0 < keys; j0 += kPanel)
      kMicro[height](a.q + row * a.stride, a.stride, kt + j0 * a.head_dim, kPanel, a.head_dim, s + j0, keys);
    float inverse[kTileRows];
    for (i64 m = 0; m < height; ++m) inverse[m] = softmax_row(s + m * keys, a.tokens, keys, a.scale);
    for (i64 d0 = 0; d0 < width; d0 += kPanel) {
      kMicro[height](s, keys, v + d0 * a.tokens, kPanel, a.tokens, tile, kPanel);
      const i64 columns = min_of(kPanel, a.head_dim - d0);
      for (i64 m = 0; m < height; ++m) {
        float* const out = a.out + (row + m) * a.out_stride + d0;
        const Vec factor = set1(inverse[m]);
        for (i64 j = 0; j < columns; j += kWidth) {
          const Vec x = mul(load(tile + m * kPanel + j), factor);
          if (columns - j >= kWidth)
            store(out + j, x);
          else
            store_part(out + j, x, columns - j);
        }
      }
    }
    row += height;
  }
}

float dot_bytes(const float* x, const signed char* y, i64 n) noexcept {
  Vec s0 = zero(), s1 = zero();
  for (i64 i = 0; i < n; i += 2 * kWidth) {
    s0 = fmadd(load(x + i), load_bytes(y + i), s0);
    s1 = fmadd(load(x + i + kWidth), load_bytes(y + i + kWidth), s1);
  }
  return hsum(add(s0, s1));
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

#define SEMEME_KERNEL_TABLE(isa, name)                                                                              \
  {                                                                                                                 \
    isa, name, kPanel, gemm, attention, attention_scratch, dot, squared_distance, absolute_distance, axpy, maximum, \
        add_rows, layer_norm, activate, all_finite, adagrad, dot_bytes                                              \
  }
