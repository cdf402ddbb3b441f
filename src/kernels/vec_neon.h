// The vector vocabulary of ARM's 64-bit machines (Advanced SIMD), included once by their table inside an anonymous
// namespace, before kernels_body.h.

using i64 = std::int64_t;
using Vec = float32x4_t;
constexpr i64 kWidth = 4;
constexpr int kPanelVecs = 2;

inline Vec load(const float* p) { return vld1q_f32(p); }
inline void store(float* p, Vec v) { vst1q_f32(p, v); }
inline Vec load_part(const float* p, i64 n) {
  float whole[kWidth] = {};
  for (i64 i = 0; i < n; ++i) whole[i] = p[i];
  return load(whole);
}
inline void store_part(float* p, Vec v, i64 n) {
  float whole[kWidth];
  store(whole, v);
  for (i64 i = 0; i < n; ++i) p[i] = whole[i];
}
inline Vec set1(float x) { return vdupq_n_f32(x); }
inline Vec zero() { return vdupq_n_f32(0); }
inline Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
inline Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
inline Vec sqrt(Vec a) { return vsqrtq_f32(a); }
inline Vec fmadd(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
// Of a and NaN the second operand, as on other machines: vmaxq_f32 would give NaN.
inline Vec max(Vec a, Vec b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
inline Vec min(Vec a, Vec b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
inline Vec abs(Vec a) { return vabsq_f32(a); }
inline Vec round(Vec a) { return vrndnq_f32(a); }
inline Vec pow2(Vec n) { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23)); }
inline Vec scale_pow2(Vec a, Vec n) {
  // In two steps, so that results below the smallest normal number and 2^128 come out right; NaN stays in a.
  n = max(set1(-252.0F), min(set1(254.0F), n));
  const Vec half = round(mul(n, set1(0.5F)));
  return mul(mul(a, pow2(half)), pow2(sub(n, half)));
}
inline Vec select_negative(Vec x, Vec a, Vec b) { return vbslq_f32(vcltzq_s32(vreinterpretq_s32_f32(x)), a, b); }
inline Vec first_of(Vec a, i64 n, Vec rest) {
  static constexpr int kPlaces[kWidth] = {0, 1, 2, 3};
  return vbslq_f32(vcltq_s32(vld1q_s32(kPlaces), vdupq_n_s32(static_cast<int>(n))), a, rest);
}
inline float hsum(Vec v) { return vaddvq_f32(v); }
inline float hmax(Vec v) { return vmaxvq_f32(v); }
inline float hmin(Vec v) { return vminvq_f32(v); }

// --- bfloat16 and bytes in memory

inline Vec load_bf16(const bf16* p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
inline void store_bf16(bf16* p, Vec v) {
  const uint32x4_t bits = vreinterpretq_u32_f32(v), even = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(even, vdupq_n_u32(0x7FFF)));
  vst1_u16(p, vshrn_n_u32(vbslq_u32(vceqq_f32(v, v), rounded, vdupq_n_u32(0x7FC00000)), 16));
}
/// Rounds values of [0, 255] to bytes.
inline void store_bytes(std::uint8_t* p, Vec v) {
  const uint16x4_t halves = vqmovn_u32(vcvtnq_u32_f32(v));
  const uint32x2_t bytes = vreinterpret_u32_u8(vqmovn_u16(vcombine_u16(halves, halves)));
  const unsigned four = vget_lane_u32(bytes, 0);
  __builtin_memcpy(p, &four, sizeof four);
}

// --- steps of a product: each takes the dwords at k of a row of x (one, spread) and of a panel (kWidth columns)

inline int32x4_t load_dwords(const char* p) {
  int32x4_t v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline int32x4_t spread_dword(const char* p) {
  int x;
  __builtin_memcpy(&x, p, sizeof x);
  return vdupq_n_s32(x);
}

struct OfFloat {
  static constexpr int kPerDword = 1, kTileRows = 10, kFewRows = 5;
  using Sum = Vec;
  using Panel = Vec;
  using Value = Vec;
  static Sum zero() { return vdupq_n_f32(0); }
  static Panel panel(const char* p) { return vreinterpretq_f32_s32(load_dwords(p)); }
  static Value value(const char* p) { return vreinterpretq_f32_s32(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return vfmaq_f32(s, x, w); }
  static void store(char* p, Sum s) { __builtin_memcpy(p, &s, sizeof s); }
  static Vec load(const char* p) { return panel(p); }
};

struct OfBf16 : OfFloat {
  static constexpr int kPerDword = 2, kTileRows = 8, kFewRows = 4;
  struct Panel {
    Vec low, high;
  };
  using Value = Panel;
  static Panel parts(int32x4_t pairs) {
    return {vreinterpretq_f32_s32(vshlq_n_s32(pairs, 16)),
            vreinterpretq_f32_s32(vandq_s32(pairs, vdupq_n_s32(-65536)))};
  }
  static Panel panel(const char* p) { return parts(load_dwords(p)); }
  static Value value(const char* p) { return parts(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return vfmaq_f32(vfmaq_f32(s, x.low, w.low), x.high, w.high); }
};

// Bytes are widened to 16 bits, and their products to 32: exact, and without the extensions that not every machine has.
struct OfBytes {
  static constexpr int kPerDword = 4, kTileRows = 6, kFewRows = 3;
  using Sum = int32x4_t;
  struct Panel {
    int16x8_t low, high;  // of two columns each
  };
  using Value = int16x8_t;  // of one row, twice
  static Sum zero() { return vdupq_n_s32(0); }
  static Panel panel(const char* p) {
    const int8x16_t w = vreinterpretq_s8_s32(load_dwords(p));
    return {vmovl_s8(vget_low_s8(w)), vmovl_high_s8(w)};
  }
  static Value value(const char* p) {
    return vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(vreinterpretq_u8_s32(spread_dword(p)))));
  }
  static int32x4_t two(Value x, int16x8_t w) {  // of each of two columns, the sums of two products
    return vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(w)), vmull_high_s16(x, w));
  }
  static Sum dot(Value x, Panel w, Sum s) { return vaddq_s32(s, vpaddq_s32(two(x, w.low), two(x, w.high))); }
  static void store(char* p, Sum s) { __builtin_memcpy(p, &s, sizeof s); }
  static Vec load(const char* p) { return vcvtq_f32_s32(load_dwords(p)); }
};

// --- codes of two bits, 64 at a time, times as many signed bytes

struct OfCodes {
  using Sum = int32x4_t;
  using Value = int8x16x4_t;
  static Sum zero() { return vdupq_n_s32(0); }
  static Value value(const signed char* x) {
    return {{vld1q_s8(x), vld1q_s8(x + 16), vld1q_s8(x + 32), vld1q_s8(x + 48)}};
  }
  static int16x8_t part(uint8x16_t shifted, int8x16_t x, int16x8_t s) {
    const int8x16_t c = vreinterpretq_s8_u8(vandq_u8(shifted, vdupq_n_u8(3)));
    return vmlal_s8(vmlal_high_s8(s, c, x), vget_low_s8(c), vget_low_s8(x));
  }
  static Sum dot(Value x, const unsigned char* codes, Sum s) {
    const uint8x16_t four = vld1q_u8(codes);
    int16x8_t eight = part(four, x.val[0], vdupq_n_s16(0));  // products below 2^9
    eight = part(vshrq_n_u8(four, 2), x.val[1], eight);
    eight = part(vshrq_n_u8(four, 4), x.val[2], eight);
    return vpadalq_s16(s, part(vshrq_n_u8(four, 6), x.val[3], eight));
  }
  static void store(std::int32_t* p, Sum s) { *p = vaddvq_s32(s); }
  static void store_four(std::int32_t* p, const Sum* s) {
    vst1q_s32(p, vpaddq_s32(vpaddq_s32(s[0], s[1]), vpaddq_s32(s[2], s[3])));
  }
};

#include "kernels/vec_parts.h"
