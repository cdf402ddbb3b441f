// The vector vocabulary of every machine, included once by each of its tables inside an anonymous namespace, before
// kernels_body.h: four floats at a time in the compiler's own vectors (SSE2, NEON), no fused multiply-add.

using i64 = std::int64_t;
using Vec = float __attribute__((vector_size(16)));
using Ints = std::int32_t __attribute__((vector_size(16)));
constexpr i64 kWidth = 4;
constexpr int kPanelVecs = 2;

inline Vec load(const float* p) {
  Vec v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Vec v) { __builtin_memcpy(p, &v, sizeof v); }
inline Vec load_part(const float* p, i64 n) {
  Vec v = {};
  for (i64 i = 0; i < n; ++i) v[i] = p[i];
  return v;
}
inline void store_part(float* p, Vec v, i64 n) {
  for (i64 i = 0; i < n; ++i) p[i] = v[i];
}
inline Vec set1(float x) { return Vec{x, x, x, x}; }
inline Vec zero() { return Vec{}; }
inline Vec add(Vec a, Vec b) { return a + b; }
inline Vec sub(Vec a, Vec b) { return a - b; }
inline Vec mul(Vec a, Vec b) { return a * b; }
inline Vec div(Vec a, Vec b) { return a / b; }
inline Vec sqrt(Vec a) {
  for (i64 i = 0; i < kWidth; ++i) a[i] = __builtin_sqrtf(a[i]);
  return a;
}
inline Vec fmadd(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec max(Vec a, Vec b) { return a > b ? a : b; }
inline Vec min(Vec a, Vec b) { return a < b ? a : b; }
inline Vec select_negative(Vec x, Vec a, Vec b) { return reinterpret_cast<Ints>(x) < 0 ? a : b; }
inline Vec first_of(Vec a, i64 n, Vec rest) {
  for (i64 i = n; i < kWidth; ++i) a[i] = rest[i];
  return a;
}
inline Vec abs(Vec a) { return reinterpret_cast<Vec>(reinterpret_cast<Ints>(a) & 0x7FFFFFFF); }
inline Vec round(Vec a) {
  const Vec magic = set1(12582912.0F);  // 1.5 * 2^23: adding it rounds to nearest even, for |a| < 2^22
  return a + magic - magic;
}
inline Vec pow2(Vec n) { return reinterpret_cast<Vec>((__builtin_convertvector(n, Ints) + 127) << 23); }
inline Vec scale_pow2(Vec a, Vec n) {
  // In two steps, so that results below the smallest normal number and 2^128 come out right; NaN stays in a.
  n = max(set1(-252.0F), min(set1(254.0F), n));
  const Vec half = round(mul(n, set1(0.5F)));
  return mul(mul(a, pow2(half)), pow2(sub(n, half)));
}
inline float hsum(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }
inline float hmax(Vec v) {
  const float a = v[0] > v[2] ? v[0] : v[2], b = v[1] > v[3] ? v[1] : v[3];
  return a > b ? a : b;
}
inline float hmin(Vec v) { return -hmax(-v); }

// --- bfloat16 and bytes in memory

inline Vec load_bf16(const bf16* p) {
  return reinterpret_cast<Vec>(Ints{p[0] << 16, p[1] << 16, p[2] << 16, p[3] << 16});
}
inline void store_bf16(bf16* p, Vec v) {
  using Bits = std::uint32_t __attribute__((vector_size(16)));
  const Bits bits = reinterpret_cast<Bits>(v);
  const Bits rounded = v == v ? bits + ((bits >> 16 & 1U) + 0x7FFFU) : Bits{} + 0x7FC00000U;
  for (i64 i = 0; i < kWidth; ++i) p[i] = static_cast<bf16>(rounded[i] >> 16);
}
/// Rounds values of [0, 255] to bytes.
inline void store_bytes(std::uint8_t* p, Vec v) {
  const Vec whole = round(v);
  for (i64 i = 0; i < kWidth; ++i) p[i] = static_cast<std::uint8_t>(whole[i]);
}

// --- steps of a product: each takes the dwords at k of a row of x (one, spread) and of a panel (kWidth columns)

inline Ints load_dwords(const char* p) {
  Ints v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline Ints spread_dword(const char* p) {
  std::int32_t x;
  __builtin_memcpy(&x, p, sizeof x);
  return Ints{x, x, x, x};
}

struct OfFloat {
  static constexpr int kPerDword = 1, kTileRows = 4, kFewRows = 2;
  using Sum = Vec;
  using Panel = Vec;
  using Value = Vec;
  static Sum zero() { return Vec{}; }
  static Panel panel(const char* p) { return reinterpret_cast<Vec>(load_dwords(p)); }
  static Value value(const char* p) { return reinterpret_cast<Vec>(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return x * w + s; }
  static void store(char* p, Sum s) { __builtin_memcpy(p, &s, sizeof s); }
  static Vec load(const char* p) { return panel(p); }
};

struct OfBf16 : OfFloat {
  static constexpr int kPerDword = 2, kTileRows = 2, kFewRows = 1;
  struct Panel {
    Vec low, high;
  };
  using Value = Panel;
  static Panel parts(Ints pairs) { return {reinterpret_cast<Vec>(pairs << 16), reinterpret_cast<Vec>(pairs & -65536)}; }
  static Panel panel(const char* p) { return parts(load_dwords(p)); }
  static Value value(const char* p) { return parts(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return x.high * w.high + (x.low * w.low + s); }
};

struct OfBytes {
  static constexpr int kPerDword = 4, kTileRows = 2, kFewRows = 1;
  using Sum = Ints;
  struct Panel {
    Ints at[4];
  };
  using Value = Panel;
  static Sum zero() { return Ints{}; }
  static Panel panel(const char* p) {
    const Ints w = load_dwords(p);
    return {{w << 24 >> 24, w << 16 >> 24, w << 8 >> 24, w >> 24}};
  }
  static Value value(const char* p) {
    const Ints x = spread_dword(p);
    return {{x & 255, x >> 8 & 255, x >> 16 & 255, x >> 24 & 255}};
  }
  static Sum dot(Value x, Panel w, Sum s) {
    for (int i = 0; i < 4; ++i) s += x.at[i] * w.at[i];
    return s;
  }
  static void store(char* p, Sum s) { __builtin_memcpy(p, &s, sizeof s); }
  static Vec load(const char* p) { return __builtin_convertvector(load_dwords(p), Vec); }
};

// --- codes of two bits, 64 at a time, times as many signed bytes

struct OfCodes {
  using Sum = std::int32_t;
  using Value = const signed char*;
  static Sum zero() { return 0; }
  static Value value(const signed char* x) { return x; }
  static Sum dot(Value x, const unsigned char* codes, Sum s) {
    for (i64 j = 0; j < 4; ++j)
      for (i64 b = 0; b < 16; ++b) s += (codes[b] >> (2 * j) & 3) * x[16 * j + b];
    return s;
  }
  static void store(std::int32_t* p, Sum s) { *p = s; }
  static void store_four(std::int32_t* p, const Sum* s) { __builtin_memcpy(p, s, 4 * sizeof *s); }
};

#include "kernels/vec_parts.h"
