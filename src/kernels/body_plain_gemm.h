// Products of float32 matrices as they lie, over the vocabulary that kernels_body.h tells of. W is not packed, which
// pays where it serves one product only.

constexpr i64 kStepsAhead = 8;  // rows of W, which the machine does not fetch by itself where they lie pages apart

inline Vec load_up_to(const float* p, i64 n) { return n >= kWidth ? load(p) : n > 0 ? load_part(p, n) : zero(); }

// Rows [row, row + kRows) of the columns [column, column + kPanel), of which kWhole says that all are there.
template <bool kByColumns, bool kWhole, int kRows>
__attribute__((noinline)) void plain_micro(const PlainGemmArgs& g, i64 row, i64 column, const float* strip) noexcept {
  Vec sum[kRows][kPanelVecs];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < kPanelVecs; ++v) sum[m][v] = zero();
  // One base pointer for three rows, as in micro(); of a strip, all rows lie side by side.
  constexpr int kBases = kByColumns ? 1 : (kRows + 2) / 3;
  const i64 x_stride = g.x_stride, w_stride = g.w_stride, steps = g.k, columns = g.n - column;
  const float* base[kBases];
#pragma GCC unroll 8
  for (int i = 0; i < kBases; ++i) {
    base[i] = kByColumns ? strip : g.x + (row + 3 * i) * x_stride;
    asm volatile("" : "+r"(base[i]));
  }
  const float* w = g.w + column;
  for (i64 k = 0; k < steps; ++k) {
    Vec panel[kPanelVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kPanelVecs; ++v)
      panel[v] = kWhole ? load(w + v * kWidth) : load_up_to(w + v * kWidth, columns - v * kWidth);
#pragma GCC unroll 4
    for (int v = 0; v < kPanelVecs; ++v) __builtin_prefetch(w + kStepsAhead * w_stride + v * kWidth);
    w += w_stride;
#pragma GCC unroll 16
    for (int m = 0; m < kRows; ++m) {
      const Vec x = set1(kByColumns ? base[0][m] : base[m / 3][(m % 3) * x_stride + k]);
#pragma GCC unroll 4
      for (int v = 0; v < kPanelVecs; ++v) sum[m][v] = fmadd(x, panel[v], sum[m][v]);
    }
    if constexpr (kByColumns) base[0] += kWidth;
  }
  const i64 y_stride = g.y_stride;
  const bool accumulate = g.accumulate;
  float* y = g.y + row * y_stride + column;
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m, y += y_stride)
#pragma GCC unroll 4
    for (int v = 0; v < kPanelVecs; ++v) {
      const i64 rest = columns - v * kWidth;
      float* const to = y + v * kWidth;
      Vec s = sum[m][v];
      if (kWhole || rest >= kWidth) {
        if (accumulate) s = add(s, load(to));
        store(to, s);
      } else if (rest > 0) {
        if (accumulate) s = add(s, load_part(to, rest));
        store_part(to, s, rest);
      }
    }
}

using PlainMicro = void (*)(const PlainGemmArgs&, i64, i64, const float*) noexcept;

template <bool kByColumns, bool kWhole>
struct PlainMicros {
  constexpr PlainMicros() : of{} { fill<OfFloat::kTileRows>(); }
  template <int kLast>
  constexpr void fill() {
    if constexpr (kLast > 0) {
      of[kLast] = plain_micro<kByColumns, kWhole, kLast>;
      fill<kLast - 1>();
    }
  }
  PlainMicro of[OfFloat::kTileRows + 1];  ///< by the number of rows
};
template <bool kByColumns, bool kWhole>
constexpr PlainMicros<kByColumns, kWhole> kPlainMicro{};

// By columns: a strip of x as wide as a tile is copied first, so that what the micro-kernel reads lies side by side.
constexpr i64 kStripSteps = 512, kStripWidth = kWidth;
static_assert(OfFloat::kTileRows <= kStripWidth);

inline void copy_strip(const PlainGemmArgs& g, i64 row, float* strip) {
  const float* x = g.x + row;
  const i64 rest = g.m - row;
  for (i64 k = 0; k < g.k; ++k, x += g.x_stride) store(strip + k * kStripWidth, load_up_to(x, rest));
}

template <bool kByColumns>
inline void gemm_plain_of(const PlainGemmArgs& g) {
  alignas(64) float strip[kByColumns ? kStripSteps * kStripWidth : 1];
  constexpr i64 kColumns = kPanelVecs * kWidth;
  const i64 tiles = (g.m + OfFloat::kTileRows - 1) / OfFloat::kTileRows;
  i64 row = 0;
  for (i64 t = 0; t < tiles; ++t) {  // of even height, as in gemm_of()
    const i64 height = g.m / tiles + (t < g.m % tiles);
    if constexpr (kByColumns) copy_strip(g, row, strip);
    for (i64 column = 0; column < g.n; column += kColumns) {
      const bool whole = g.n - column >= kColumns;
      (whole ? kPlainMicro<kByColumns, true>.of : kPlainMicro<kByColumns, false>.of)[height](g, row, column, strip);
    }
    row += height;
  }
}

void gemm_plain(const PlainGemmArgs& g) noexcept {
  if (!g.x_by_columns) return gemm_plain_of<false>(g);
  PlainGemmArgs part = g;
  for (i64 first = 0; first < g.k || first == 0; first += kStripSteps) {
    part.k = g.k - first < kStripSteps ? g.k - first : kStripSteps;
    gemm_plain_of<true>(part);
    part.x += part.k * part.x_stride;
    part.w += part.k * part.w_stride;
    part.accumulate = true;
  }
}
