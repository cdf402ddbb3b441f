// The vector vocabulary of AVX-512 (F, BW, VL, DQ), included once by each of its tables inside an anonymous namespace,
// before kernels_body.h. SEMEME_AVX512_VNNI and SEMEME_AVX512_BF16 say what the table may use beside.

using i64 = std::int64_t;
using Vec = __m512;
constexpr i64 kWidth = 16;
constexpr int kPanelVecs = 2;

inline Vec load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
inline __mmask16 part(i64 n) { return static_cast<__mmask16>((1U << n) - 1); }
inline Vec load_part(const float* p, i64 n) { return _mm512_maskz_loadu_ps(part(n), p); }
inline void store_part(float* p, Vec v, i64 n) { _mm512_mask_storeu_ps(p, part(n), v); }
inline Vec set1(float x) { return _mm512_set1_ps(x); }
inline Vec zero() { return _mm512_setzero_ps(); }
inline Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm512_sqrt_ps(a); }
inline Vec fmadd(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
inline Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
inline Vec abs(Vec a) { return _mm512_abs_ps(a); }
inline Vec round(Vec a) { return _mm512_roundscale_ps(a, 8); }
inline Vec scale_pow2(Vec a, Vec n) { return _mm512_scalef_ps(a, n); }
inline Vec select_negative(Vec x, Vec a, Vec b) {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x)), b, a);
}
inline Vec first_of(Vec a, i64 n, Vec rest) { return _mm512_mask_blend_ps(part(n), rest, a); }
inline float hsum(Vec v) { return _mm512_reduce_add_ps(v); }
inline float hmax(Vec v) { return _mm512_reduce_max_ps(v); }
inline float hmin(Vec v) { return _mm512_reduce_min_ps(v); }

// --- bfloat16 and bytes in memory

inline Vec widen(__m256i halves) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16)); }
inline Vec load_bf16(const bf16* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
inline Vec load_bf16_part(const bf16* p, i64 n) { return widen(_mm256_maskz_loadu_epi16(part(n), p)); }
inline __m256i narrow(Vec v) {
#if defined(SEMEME_AVX512_BF16)
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v));
#else
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i even = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(even, _mm512_set1_epi32(0x7FFF)));
  rounded = _mm512_mask_mov_epi32(rounded, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), _mm512_set1_epi32(0x7FC00000));
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
#endif
}
inline void store_bf16(bf16* p, Vec v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v)); }
inline void store_bf16_part(bf16* p, Vec v, i64 n) { _mm256_mask_storeu_epi16(p, part(n), narrow(v)); }
inline void store_two_bf16(bf16* p, Vec a, Vec b) {
#if defined(SEMEME_AVX512_BF16)
  _mm512_storeu_si512(p, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(b, a)));
#else
  store_bf16(p, a);
  store_bf16(p + kWidth, b);
#endif
}
/// Rounds values of [0, 255] to bytes.
inline void store_bytes(std::uint8_t* p, Vec v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(v)));
}
inline void store_bytes_part(std::uint8_t* p, Vec v, i64 n) {
  _mm_mask_storeu_epi8(p, part(n), _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(v)));
}

// Rows of bfloat16, 32 at a time. As integers they are in order once the bits below the sign of negative ones are
// flipped, which flips them back, too.

inline __m512i flip_negative(__m512i x) {
  return _mm512_xor_si512(x, _mm512_and_si512(_mm512_srai_epi16(x, 15), _mm512_set1_epi16(0x7FFF)));
}
inline float largest_halfword(__m512i x) {
  const __m256i half = _mm256_max_epi16(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
  const __m128i quarter = _mm_max_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  // The smallest of unsigned numbers is an instruction: turned round, it is the largest.
  const __m128i turned = _mm_xor_si128(quarter, _mm_set1_epi16(0x7FFF));
  const auto key = static_cast<std::int16_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(turned)) ^ 0x7FFF);
  const int bits = (key < 0 ? key ^ 0x7FFF : key) << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}
inline __mmask32 part_of_two(i64 n) { return static_cast<__mmask32>((std::uint64_t{1} << n) - 1); }

/// The smallest and the largest of n > 0 numbers.
inline void find_bounds(const bf16* x, i64 n, float& low, float& high) {
  __m512i least = _mm512_set1_epi16(0x7FFF), most = _mm512_set1_epi16(-32768);
  i64 i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m512i key = flip_negative(_mm512_loadu_si512(x + i));
    least = _mm512_min_epi16(least, key);
    most = _mm512_max_epi16(most, key);
  }
  if (i < n) {
    const __mmask32 some = part_of_two(n - i);
    const __m512i key = flip_negative(_mm512_maskz_loadu_epi16(some, x + i));
    least = _mm512_mask_min_epi16(least, some, least, key);
    most = _mm512_mask_max_epi16(most, some, most, key);
  }
  low = -largest_halfword(_mm512_xor_si512(least, _mm512_set1_epi16(-1)));  // the sign is among the bits turned round
  high = largest_halfword(most);
}
/// Rounds factor (x - from), of [0, 255], to bytes.
inline void store_as_bytes(const bf16* x, i64 n, float from, float factor, std::uint8_t* y) {
  const Vec f = set1(factor), start = set1(-from * factor);
  const auto bytes = [&](__m512i two) {
    const Vec even = _mm512_castsi512_ps(_mm512_slli_epi32(two, 16)),
              odd = _mm512_castsi512_ps(_mm512_and_si512(two, _mm512_set1_epi32(-65536)));
    return _mm512_cvtusepi16_epi8(_mm512_or_si512(_mm512_cvtps_epi32(fmadd(even, f, start)),
                                                  _mm512_slli_epi32(_mm512_cvtps_epi32(fmadd(odd, f, start)), 16)));
  };
  i64 i = 0;
  for (; i + 32 <= n; i += 32) _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i), bytes(_mm512_loadu_si512(x + i)));
  if (i < n) {
    const __mmask32 some = part_of_two(n - i);
    _mm256_mask_storeu_epi8(y + i, some, bytes(_mm512_maskz_loadu_epi16(some, x + i)));
  }
}

// --- steps of a product: each takes the dwords at k of a row of x (one, spread) and of a panel (kWidth columns)

inline __m512i load_dwords(const char* p) { return _mm512_loadu_si512(p); }
inline __m512i spread_dword(const char* p) {
  int x;
  __builtin_memcpy(&x, p, sizeof x);
  return _mm512_set1_epi32(x);
}

struct OfFloat {
  static constexpr int kPerDword = 1, kTileRows = 14, kFewRows = 6;
  using Sum = __m512;
  using Panel = __m512;
  using Value = __m512;
  static Sum zero() { return _mm512_setzero_ps(); }
  static Panel panel(const char* p) { return _mm512_castsi512_ps(load_dwords(p)); }
  static Value value(const char* p) { return _mm512_castsi512_ps(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm512_fmadd_ps(x, w, s); }
  static void store(char* p, Sum s) { _mm512_storeu_ps(p, s); }
  static Vec load(const char* p) { return _mm512_loadu_ps(p); }
};

#if defined(SEMEME_AVX512_BF16)
struct OfBf16 : OfFloat {
  static constexpr int kPerDword = 2;
  using Panel = __m512bh;
  using Value = __m512bh;
  static Panel panel(const char* p) { return reinterpret_cast<__m512bh>(load_dwords(p)); }
  static Value value(const char* p) { return reinterpret_cast<__m512bh>(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm512_dpbf16_ps(s, x, w); }

  /// Writes 2^(x / 128) of the 32 numbers x <= 0 in two vectors; returns `sum` and what it wrote. x is rounded to a
  /// whole number first, so that weights are as far apart as bfloat16s are: its upper bits become the exponent, and the
  /// fraction of the lower seven is looked up, round(128 (2^(i / 128) - 1)).
  static constexpr float kWeightSteps = 128;
  static Vec store_weights(bf16* p, Vec x, Vec x2, Vec sum) {
    alignas(64) static constexpr std::uint8_t kFractions[128] = {
        0,   1,   1,   2,   3,   4,   4,   5,   6,   6,   7,   8,   9,   9,   10,  11,  12,  12,  13, 14,  15,  15,
        16,  17,  18,  19,  19,  20,  21,  22,  23,  23,  24,  25,  26,  27,  28,  28,  29,  30,  31, 32,  33,  34,
        34,  35,  36,  37,  38,  39,  40,  41,  42,  43,  43,  44,  45,  46,  47,  48,  49,  50,  51, 52,  53,  54,
        55,  56,  57,  58,  59,  60,  61,  62,  63,  64,  65,  66,  67,  68,  69,  70,  72,  73,  74, 75,  76,  77,
        78,  79,  80,  82,  83,  84,  85,  86,  87,  88,  90,  91,  92,  93,  94,  96,  97,  98,  99, 100, 102, 103,
        104, 105, 107, 108, 109, 111, 112, 113, 115, 116, 117, 118, 120, 121, 123, 124, 125, 127,
    };
    const __m512i both = _mm512_permutexvar_epi64(_mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0),
                                                  _mm512_packs_epi32(_mm512_cvtps_epi32(x), _mm512_cvtps_epi32(x2)));
    const __m512i bits =
        _mm512_max_epi16(_mm512_adds_epi16(both, _mm512_set1_epi16(127 * 128)), _mm512_setzero_si512());
    const __m512i fraction =
        _mm512_maskz_permutex2var_epi8(0x5555555555555555, load_dwords(reinterpret_cast<const char*>(kFractions)), bits,
                                       load_dwords(reinterpret_cast<const char*>(kFractions) + 64));
    const __m512i weights = _mm512_ternarylogic_epi32(bits, fraction, _mm512_set1_epi16(0x7F), 0xdc);
    _mm512_storeu_si512(p, weights);
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(weights),
                            reinterpret_cast<__m512bh>(_mm512_set1_epi16(0x3F80)));
  }
};
#else
struct OfBf16 : OfFloat {
  static constexpr int kPerDword = 2, kTileRows = 10, kFewRows = 4;
  struct Panel {
    __m512 low, high;
  };
  using Value = Panel;
  static Panel parts(__m512i pairs) {
    return {_mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)),
            _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(-65536)))};
  }
  static Panel panel(const char* p) { return parts(load_dwords(p)); }
  static Value value(const char* p) { return parts(spread_dword(p)); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm512_fmadd_ps(x.high, w.high, _mm512_fmadd_ps(x.low, w.low, s)); }
};
#endif

struct OfBytesSum {
  static constexpr int kPerDword = 4;
  using Sum = __m512i;
  static Sum zero() { return _mm512_setzero_si512(); }
  static void store(char* p, Sum s) { _mm512_storeu_si512(p, s); }
  static Vec load(const char* p) { return _mm512_cvtepi32_ps(_mm512_loadu_si512(p)); }
};

#if defined(SEMEME_AVX512_VNNI)
struct OfBytes : OfBytesSum {
  static constexpr int kTileRows = 14, kFewRows = 6;
  using Panel = __m512i;
  using Value = __m512i;
  static Panel panel(const char* p) { return load_dwords(p); }
  static Value value(const char* p) { return spread_dword(p); }
  static Sum dot(Value x, Panel w, Sum s) { return _mm512_dpbusd_epi32(s, x, w); }
};
#else
// vpmaddubsw would saturate: bytes are widened to 16 bits, and their products are exact.
struct OfBytes : OfBytesSum {
  static constexpr int kTileRows = 10, kFewRows = 4;
  struct Panel {
    __m512i even, odd;
  };
  using Value = Panel;
  static Panel panel(const char* p) {
    const __m512i w = load_dwords(p);
    return {_mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8), _mm512_srai_epi16(w, 8)};
  }
  static Value value(const char* p) {
    const __m512i x = spread_dword(p);
    return {_mm512_and_si512(x, _mm512_set1_epi16(255)), _mm512_srli_epi16(x, 8)};
  }
  static Sum dot(Value x, Panel w, Sum s) {
    return _mm512_add_epi32(s, _mm512_add_epi32(_mm512_madd_epi16(x.even, w.even), _mm512_madd_epi16(x.odd, w.odd)));
  }
};
#endif

// --- codes of two bits, 64 at a time, times as many signed bytes

struct OfCodes {
  using Sum = __m512i;
  using Value = __m512i;
  static Sum zero() { return _mm512_setzero_si512(); }
  static Value value(const signed char* x) { return _mm512_loadu_si512(x); }
  static Sum dot(Value x, const unsigned char* codes, Sum s) {
    const __m512i shifts = _mm512_set_epi32(6, 6, 6, 6, 4, 4, 4, 4, 2, 2, 2, 2, 0, 0, 0, 0);
    const __m512i four = _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
    const __m512i c = _mm512_and_si512(_mm512_srlv_epi32(four, shifts), _mm512_set1_epi8(3));
#if defined(SEMEME_AVX512_VNNI)
    return _mm512_dpbusd_epi32(s, c, x);
#else
    return _mm512_add_epi32(s, _mm512_madd_epi16(_mm512_maddubs_epi16(c, x), _mm512_set1_epi16(1)));
#endif
  }
  static void store(std::int32_t* p, Sum s) { *p = _mm512_reduce_add_epi32(s); }
  static void store_four(std::int32_t* p, const Sum* s) {
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(s[0], s[1]), _mm512_unpackhi_epi32(s[0], s[1]));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(s[2], s[3]), _mm512_unpackhi_epi32(s[2], s[3]));
    const __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
  }
};

// --- rearranging the keys and values of attention

/// A block of 16 x 16 dwords, in registers.
inline void transpose(__m512i* r) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xDD);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

/// to[c][r] = from[r][c] for kWidth rows r, zeros from `rows` on, and `columns` dwords c; strides in bytes.
inline void transpose_dwords(const char* from, i64 from_stride, i64 rows, i64 columns, char* to, i64 to_stride) {
  for (i64 c0 = 0; c0 < columns; c0 += 16) {
    const i64 some = columns - c0 < 16 ? columns - c0 : 16;
    __m512i r[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i)
      r[i] = i < rows ? _mm512_maskz_loadu_epi32(part(some), from + i * from_stride + 4 * c0) : _mm512_setzero_si512();
    transpose(r);
    for (i64 c = 0; c < some; ++c) _mm512_storeu_si512(to + (c0 + c) * to_stride, r[c]);
  }
}

/// Pairs a[i], b[i] in dwords; kWidth of them, of which `n` are real.
inline void store_pairs(char* to, const bf16* a, const bf16* b, i64 n) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(part(n), a));
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(part(n), b));
  _mm512_storeu_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
}
