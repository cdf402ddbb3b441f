// The vector vocabulary of AVX2 and FMA, included once by each of its tables inside an anonymous namespace, before
// kernels_body.h. SEMEME_AVX_VNNI says that the table may use AVX-VNNI beside.

using i64 = std::int64_t;
using Vec = __m256;
constexpr i64 kWidth = 8;
constexpr int kPanelVecs = 2;

alignas(32) constexpr int kMask[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

inline Vec load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
inline __m256i part(i64 n) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMask + 8 - n)); }
inline Vec load_part(const float* p, i64 n) { return _mm256_maskload_ps(p, part(n)); }
inline void store_part(float* p, Vec v, i64 n) { _mm256_maskstore_ps(p, part(n), v); }
inline Vec set1(float x) { return _mm256_set1_ps(x); }
inline Vec zero() { return _mm256_setzero_ps(); }
inline Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm256_sqrt_ps(a); }
inline Vec fmadd(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
inline Vec abs(Vec a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a); }
inline Vec round(Vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline Vec pow2(Vec n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}
inline Vec scale_pow2(Vec a, Vec n) {
  // In two steps, so that results below the smallest normal number and 2^128 come out right; NaN stays in a.
  n = max(set1(-252.0F), min(set1(254.0F), n));
  const Vec half = round(mul(n, set1(0.5F)));
  return mul(mul(a, pow2(half)), pow2(sub(n, half)));
}
inline Vec select_negative(Vec x, Vec a, Vec b) { return _mm256_blendv_ps(b, a, x); }
inline Vec first_of(Vec a, i64 n, Vec rest) { return _mm256_blendv_ps(rest, a, _mm256_castsi256_ps(part(n))); }
inline float hsum(Vec v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
inline float hmax(Vec v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
inline float hmin(Vec v) { return -hmax(sub(zero(), v)); }

// --- bfloat16 and bytes in memory

inline Vec load_bf16(const bf16* p) {
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}
inline __m128i narrow(Vec v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i even = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(even, _mm256_set1_epi32(0x7FFF)));
  rounded = _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(rounded),
                                                 _mm256_castsi256_ps(_mm256_set1_epi32(0x7FC00000)),
                                                 _mm256_cmp_ps(v, v, _CMP_UNORD_Q)));
  const __m256i halves = _mm256_srli_epi32(rounded, 16);
  return _mm_packus_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}
inline void store_bf16(bf16* p, Vec v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), narrow(v)); }
inline __m128i bytes_of(Vec v) {  // in the low half
  const __m256i n = _mm256_cvtps_epi32(v);
  const __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
  return _mm_packus_epi16(halves, halves);
}
/// Rounds values of [0, 255] to bytes.
inline void store_bytes(std::uint8_t* p, Vec v) { _mm_storel_epi64(reinterpret_cast<__m128i*>(p), bytes_of(v)); }

// --- steps of a product: each takes the dwords at k of a row of x (one, spread) and of a panel (kWidth columns)

inline __m256i load_dwords(const char* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
inline __m256i spread_dword(const char* p) {
  int x;
  __builtin_memcpy(&x, p, sizeof x);
  return _mm256_set1_epi32(x);
}

struct OfFloat {
  static constexpr int kPerDword = 1, kTileRows = 6, kFewRows = 3;
  using Sum = __m256;
  using Panel = __m256;
  using Value = __m256;
  static Sum zero() { return _mm256_setzero_ps(); }
  static Panel panel(const char* p) { return _mm256_castsi256_ps(load_dwords(p)); }
  static Value value(const char* p) { return _mm256_castsi256_ps(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm256_fmadd_ps(x, w, s); }
  static void store(char* p, Sum s) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_castps_si256(s)); }
  static Vec load(const char* p) { return panel(p); }
};

struct OfBf16 : OfFloat {
  static constexpr int kPerDword = 2, kTileRows = 4, kFewRows = 2;
  struct Panel {
    __m256 low, high;
  };
  using Value = Panel;
  static Panel parts(__m256i pairs) {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)),
            _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(-65536)))};
  }
  static Panel panel(const char* p) { return parts(load_dwords(p)); }
  static Value value(const char* p) { return parts(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm256_fmadd_ps(x.high, w.high, _mm256_fmadd_ps(x.low, w.low, s)); }
};

struct OfBytesSum {
  static constexpr int kPerDword = 4;
  using Sum = __m256i;
  static Sum zero() { return _mm256_setzero_si256(); }
  static void store(char* p, Sum s) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), s); }
  static Vec load(const char* p) { return _mm256_cvtepi32_ps(load_dwords(p)); }
};

#if defined(SEMEME_AVX_VNNI)
struct OfBytes : OfBytesSum {
  static constexpr int kTileRows = 6, kFewRows = 3;
  using Panel = __m256i;
  using Value = __m256i;
  static Panel panel(const char* p) { return load_dwords(p); }
  static Value value(const char* p) { return spread_dword(p); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm256_dpbusd_avx_epi32(s, x, w); }
};
#else
// vpmaddubsw would saturate: bytes are widened to 16 bits, and their products are exact.
struct OfBytes : OfBytesSum {
  static constexpr int kTileRows = 4, kFewRows = 2;
  struct Panel {
    __m256i even, odd;
  };
  using Value = Panel;
  static Panel panel(const char* p) {
    const __m256i w = load_dwords(p);
    return {_mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8), _mm256_srai_epi16(w, 8)};
  }
  static Value value(const char* p) {
    const __m256i x = spread_dword(p);
    return {_mm256_and_si256(x, _mm256_set1_epi16(255)), _mm256_srli_epi16(x, 8)};
  }
  static Sum dot(Value x, Panel w, Sum s) {
    return _mm256_add_epi32(s, _mm256_add_epi32(_mm256_madd_epi16(x.even, w.even), _mm256_madd_epi16(x.odd, w.odd)));
  }
};
#endif

// --- codes of two bits, 64 at a time, times as many signed bytes

struct OfCodes {
  using Sum = __m256i;
  struct Value {
    __m256i low, high;
  };
  static Sum zero() { return _mm256_setzero_si256(); }
  static Value value(const signed char* x) {
    return {load_dwords(reinterpret_cast<const char*>(x)), load_dwords(reinterpret_cast<const char*>(x + 32))};
  }
  static Sum dot(Value x, const unsigned char* codes, Sum s) {
    const __m256i four = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
    return half(x.high, _mm256_srlv_epi32(four, _mm256_set_epi32(6, 6, 6, 6, 4, 4, 4, 4)),
                half(x.low, _mm256_srlv_epi32(four, _mm256_set_epi32(2, 2, 2, 2, 0, 0, 0, 0)), s));
  }
  static __m256i half(__m256i x, __m256i shifted, __m256i s) {
    const __m256i c = _mm256_and_si256(shifted, _mm256_set1_epi8(3));
#if defined(SEMEME_AVX_VNNI)
    return _mm256_dpbusd_avx_epi32(s, c, x);
#else
    return _mm256_add_epi32(s, _mm256_madd_epi16(_mm256_maddubs_epi16(c, x), _mm256_set1_epi16(1)));
#endif
  }
  static void store(std::int32_t* p, Sum s) {
    const Sum four[4] = {s, s, s, s};
    std::int32_t all[4];
    store_four(all, four);
    *p = all[0];
  }
  static void store_four(std::int32_t* p, const Sum* s) {
    const __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)));
  }
};

#include "kernels/vec_parts.h"
