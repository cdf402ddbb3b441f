// Matrix products. OfFloat, OfBf16 and OfBytes are the steps: dot() adds the products of one dword of x (1, 2 or 4
// elements) and of a panel, for kWidth columns.

// How far before its use a panel is asked for, in bytes: what the machine fetches by itself ends at each page.
constexpr i64 kAhead = 8192;

// c (kRows, kVecs * kWidth) = a (kRows, k) * panels (k, ...), raw sums into a tile that stays in L1; the epilogue is a
// loop of its own, so that a micro-kernel is compiled once per shape. k counts dwords; strides are in bytes. Of four
// vectors two belong to the panel at b, two to the next.
template <class T, int kRows, int kVecs>
__attribute__((noinline)) void micro(const char* a, i64 a_stride, const char* b, i64 b_stride, i64 next_panel, i64 k,
                                     char* c, i64 c_stride) noexcept {
  typename T::Sum sum[kRows][kVecs];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) sum[m][v] = T::zero();
  // One base pointer for three rows: fourteen of them would not fit the registers.
  constexpr int kBases = (kRows + 2) / 3;
  const char* base[kBases];
#pragma GCC unroll 8
  for (int i = 0; i < kBases; ++i) {
    base[i] = a + 3 * i * a_stride;
    asm volatile("" : "+r"(base[i]));
  }
  const char* next = b + next_panel;
  for (i64 kk = 0; kk < k; ++kk) {
    typename T::Panel row[kVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) row[v] = T::panel((v < kPanelVecs ? b : next) + (v % kPanelVecs) * 4 * kWidth);
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v)
      __builtin_prefetch((v < kPanelVecs ? b : next) + kAhead + v % kPanelVecs * 4 * kWidth);
    b += b_stride;
    if constexpr (kVecs > kPanelVecs) next += b_stride;
#pragma GCC unroll 16
    for (int m = 0; m < kRows; ++m) {
      const auto x = T::value(base[m / 3] + (m % 3) * a_stride + 4 * kk);
#pragma GCC unroll 4
      for (int v = 0; v < kVecs; ++v) sum[m][v] = T::dot(x, row[v], sum[m][v]);
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < kVecs; ++v) T::store(c + m * c_stride + v * 4 * kWidth, sum[m][v]);
}

using Micro = void (*)(const char*, i64, const char*, i64, i64, i64, char*, i64) noexcept;

template <class T, int kRows, int kVecs>
struct Micros {
  constexpr Micros() : Micros(nullptr) { fill<kRows>(); }
  template <int kLast>
  constexpr void fill() {
    if constexpr (kLast > 0) {
      of[kLast] = micro<T, kLast, kVecs>;
      fill<kLast - 1>();
    }
  }
  Micro of[kRows + 1];  ///< by the number of rows

 private:
  constexpr explicit Micros(Micro none) : of{none} {}
};
template <class T>
constexpr Micros<T, T::kTileRows, kPanelVecs> kMicro{};
template <class T>
constexpr Micros<T, T::kTileRows, 1> kNarrowMicro{};
template <class T>
constexpr Micros<T, T::kFewRows, 2 * kPanelVecs> kWideMicro{};

// Columns [column, column + columns) of `height` rows from `row` on: f(sum + bias) + residual. What g holds is copied
// first: a store could change it, for all that the compiler knows.
template <class T, class Y, bool kResidual, class F>
inline void finish_tile(const GemmArgs& g, const char* tile, i64 tile_stride, i64 row, i64 height, i64 column,
                        i64 columns, F f) {
  constexpr bool kScaled = T::kPerDword == 4;
  Vec bias[kPanelVecs], scale[kPanelVecs], sums[kPanelVecs];
#pragma GCC unroll 4
  for (int v = 0; v < kPanelVecs; ++v) {
    bias[v] = load(g.bias + column + v * kWidth);
    scale[v] = kScaled ? load(g.w_scale + column + v * kWidth) : zero();
    sums[v] = kScaled ? load(g.w_sum + column + v * kWidth) : zero();
  }
  const i64 y_stride = g.y_stride, residual_stride = kResidual ? g.residual_stride : 0;
  Y* y = static_cast<Y*>(g.y) + row * y_stride + column;
  const float* residual = kResidual ? g.residual + row * residual_stride + column : nullptr;
  const RowScale* x_scale = kScaled ? g.x_scale + row : nullptr;
  for (i64 m = 0; m < height; ++m, tile += tile_stride, y += y_stride, residual += residual_stride) {
    const Vec factor = kScaled ? set1(x_scale[m].scale) : zero(), offset = kScaled ? set1(x_scale[m].offset) : zero();
    Vec s[kPanelVecs];
#pragma GCC unroll 4
    for (int v = 0; v < kPanelVecs; ++v) {
      s[v] = T::load(tile + v * 4 * kWidth);
      if constexpr (kScaled)
        s[v] = fmadd(mul(s[v], scale[v]), factor, fmadd(offset, sums[v], bias[v]));
      else
        s[v] = add(s[v], bias[v]);
      s[v] = f(s[v]);
    }
    if (columns == kPanel) {
#pragma GCC unroll 4
      for (int v = 0; v < kPanelVecs; v += 2) {
        const i64 at = v * kWidth;
        if constexpr (kResidual) {
          s[v] = add(s[v], load(residual + at));
          s[v + 1] = add(s[v + 1], load(residual + at + kWidth));
        }
        store_two_of(y + at, s[v], s[v + 1]);
      }
      continue;
    }
    for (int v = 0; v < kPanelVecs && v * kWidth < columns; ++v) {
      const i64 at = v * kWidth, some = min_of(kWidth, columns - at);
      if constexpr (kResidual) s[v] = add(s[v], load_some(residual + at, some));
      if (some == kWidth)
        store_of(y + at, s[v]);
      else
        store_part_of(y + at, s[v], some);
    }
  }
}

template <class T, class Y>
inline void finish_as(const GemmArgs& g, const char* tile, i64 tile_stride, i64 row, i64 height, i64 column) {
  const i64 columns = min_of(kPanel, g.n - column);
  constexpr Rounding kTo = T::kPerDword == 4 ? Rounding::kByte : sizeof(Y) == 2 ? Rounding::kBfloat16 : Rounding::kNone;
  with_activation<kTo>(g.activation, [&](auto f) {
    if (g.residual != nullptr)
      finish_tile<T, Y, true>(g, tile, tile_stride, row, height, column, columns, f);
    else
      finish_tile<T, Y, false>(g, tile, tile_stride, row, height, column, columns, f);
  });
}

template <class T>
inline void finish(const GemmArgs& g, const char* tile, i64 tile_stride, i64 row, i64 height, i64 column) {
  if (g.y_type == NumberType::kBfloat16)
    finish_as<T, bf16>(g, tile, tile_stride, row, height, column);
  else
    finish_as<T, float>(g, tile, tile_stride, row, height, column);
}

// Asks for the lines that the epilogue will write, while the product is computed.
inline void fetch_output(const GemmArgs& g, i64 row, i64 height, i64 column) {
  const i64 size = g.y_type == NumberType::kBfloat16 ? 2 : 4;
  const char* y = static_cast<const char*>(g.y) + (row * g.y_stride + column) * size;
  for (i64 m = 0; m < height; ++m, y += g.y_stride * size)
    for (i64 at = 0; at < kPanel * size; at += 64) __builtin_prefetch(y + at, 1);
}

template <class T>
inline void gemm_of(const GemmArgs& g) {
  constexpr i64 kTileBytes = 4 * kPanel;
  const i64 k = (g.k + T::kPerDword - 1) / T::kPerDword, x_stride = 4 / T::kPerDword * g.x_stride,
            panel_bytes = k * kTileBytes;
  const char* const x = static_cast<const char*>(g.x);
  const char* const panels = static_cast<const char*>(g.panels);
  if (g.m <= T::kFewRows) {  // two panels at a time: as many sums as keep the units busy
    alignas(64) char tile[T::kFewRows * 2 * kTileBytes];
    i64 p = g.panel_begin;
    for (; p + 2 <= g.panel_end; p += 2) {
      kWideMicro<T>.of[g.m](x, x_stride, panels + p * panel_bytes, kTileBytes, panel_bytes, k, tile, 2 * kTileBytes);
      finish<T>(g, tile, 2 * kTileBytes, 0, g.m, p * kPanel);
      finish<T>(g, tile + kTileBytes, 2 * kTileBytes, 0, g.m, (p + 1) * kPanel);
    }
    if (p < g.panel_end) {
      kMicro<T>.of[g.m](x, x_stride, panels + p * panel_bytes, kTileBytes, 0, k, tile, kTileBytes);
      finish<T>(g, tile, kTileBytes, 0, g.m, p * kPanel);
    }
    return;
  }
  alignas(64) char tile[T::kTileRows * kTileBytes];
  // Rows that are taken through all panels together: their x stays in L2 (512 KiB).
  i64 block = 131072 / (k > 0 ? k : 1) / T::kTileRows * T::kTileRows;
  block = block < T::kTileRows ? T::kTileRows : min_of(block, 32 * T::kTileRows);
  for (i64 first = 0; first < g.m; first += block) {
    const i64 rows = min_of(block, g.m - first);
    const i64 tiles = (rows + T::kTileRows - 1) / T::kTileRows;
    for (i64 p = g.panel_begin; p < g.panel_end; ++p) {
      i64 row = first;
      for (i64 t = 0; t < tiles; ++t) {  // tiles of even height: 15 rows are 8 + 7, not 14 + 1
        const i64 height = rows / tiles + (t < rows % tiles);
        fetch_output(g, row, height, p * kPanel);
        kMicro<T>.of[height](x + row * x_stride, x_stride, panels + p * panel_bytes, kTileBytes, 0, k, tile,
                             kTileBytes);
        finish<T>(g, tile, kTileBytes, row, height, p * kPanel);
        row += height;
      }
    }
  }
}

void gemm(const GemmArgs& g) noexcept { gemm_of<OfFloat>(g); }
void gemm_bf16(const GemmArgs& g) noexcept { gemm_of<OfBf16>(g); }
void gemm_int8(const GemmArgs& g) noexcept { gemm_of<OfBytes>(g); }

// As many independent sums as a tile has, over operands that stay in registers.
template <class T>
inline void spin_of(i64 rounds) {
  constexpr int kSums = T::kTileRows < 12 ? 8 : 24;
  alignas(64) char operand[4 * kWidth + 4 * kSums] = {};
  asm volatile("" : : "r"(operand) : "memory");  // what is in there the compiler does not know, so sums stay apart
  const auto w = T::panel(operand);
  const auto x = T::value(operand);
  typename T::Sum sum[kSums];
#pragma GCC unroll 32
  for (int i = 0; i < kSums; ++i) sum[i] = T::dot(T::value(operand + 4 * i), w, T::zero());
  for (i64 r = 0; r < rounds; ++r) {
#pragma GCC unroll 32
    for (int i = 0; i < kSums; ++i) sum[i] = T::dot(x, w, sum[i]);
    asm volatile("");
  }
  alignas(64) char sink[4 * kWidth];
#pragma GCC unroll 32
  for (int i = 0; i < kSums; ++i) {
    T::store(sink, sum[i]);
    asm volatile("" : : "r"(sink) : "memory");
  }
}

template <class T>
constexpr double operations_of() {
  return 2.0 * T::kPerDword * static_cast<double>(kWidth) * (T::kTileRows < 12 ? 8 : 24);
}

double spin(NumberType type, i64 rounds) noexcept {
  const auto times = static_cast<double>(rounds);
  if (type == NumberType::kBfloat16) return spin_of<OfBf16>(rounds), times * operations_of<OfBf16>();
  if (type == NumberType::kInt8) return spin_of<OfBytes>(rounds), times * operations_of<OfBytes>();
  return spin_of<OfFloat>(rounds), times * operations_of<OfFloat>();
}
