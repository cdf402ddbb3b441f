// Compiled with AVX-512 (F, BW, VL, DQ). Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

using i64 = std::int64_t;
using Vec = __m512;
constexpr i64 kWidth = 16;
constexpr int kPanelVecs = 2, kTileRows = 14;

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
inline Vec load_bytes(const signed char* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
inline Vec sqrt(Vec a) { return _mm512_sqrt_ps(a); }
inline Vec fmadd(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
inline Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
inline Vec abs(Vec a) { return _mm512_abs_ps(a); }
inline Vec round(Vec a) { return _mm512_roundscale_ps(a, 8); }
inline Vec pow2(Vec n) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23));
}
inline Vec select_negative(Vec x, Vec a, Vec b) {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x)), b, a);
}
inline float hsum(Vec v) { return _mm512_reduce_add_ps(v); }
inline float hmax(Vec v) { return _mm512_reduce_max_ps(v); }

#define SEMEME_MICRO_TABLE                                                                                         \
  nullptr, micro<1, 2>, micro<2, 2>, micro<3, 2>, micro<4, 2>, micro<5, 2>, micro<6, 2>, micro<7, 2>, micro<8, 2>, \
      micro<9, 2>, micro<10, 2>, micro<11, 2>, micro<12, 2>, micro<13, 2>, micro<14, 2>
#include "kernels/kernels_body.h"

}  // namespace

const KernelTable kAvx512Kernels = SEMEME_KERNEL_TABLE(Isa::kAvx512, "avx512");

}  // namespace sememe

#endif
