// For every machine: four floats at a time in the compiler's own vectors (SSE2, NEON), no fused multiply-add.

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

using i64 = std::int64_t;
using Vec = float __attribute__((vector_size(16)));
using Ints = std::int32_t __attribute__((vector_size(16)));
constexpr i64 kWidth = 4;
constexpr int kPanelVecs = 2, kTileRows = 4;

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
inline Vec load_bytes(const signed char* p) {
  Vec a;
  for (i64 i = 0; i < kWidth; ++i) a[i] = p[i];
  return a;
}
inline Vec sqrt(Vec a) {
  for (i64 i = 0; i < kWidth; ++i) a[i] = __builtin_sqrtf(a[i]);
  return a;
}
inline Vec fmadd(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec max(Vec a, Vec b) { return a > b ? a : b; }
inline Vec min(Vec a, Vec b) { return a < b ? a : b; }
inline Vec select_negative(Vec x, Vec a, Vec b) { return reinterpret_cast<Ints>(x) < 0 ? a : b; }
inline Vec abs(Vec a) { return reinterpret_cast<Vec>(reinterpret_cast<Ints>(a) & 0x7FFFFFFF); }
inline Vec round(Vec a) {
  const Vec magic = set1(12582912.0F);  // 1.5 * 2^23: adding it rounds to nearest even, for |a| < 2^22
  return a + magic - magic;
}
inline Vec pow2(Vec n) { return reinterpret_cast<Vec>((__builtin_convertvector(n, Ints) + 127) << 23); }
inline float hsum(Vec v) { return (v[0] + v[2]) + (v[1] + v[3]); }
inline float hmax(Vec v) {
  const float a = v[0] > v[2] ? v[0] : v[2], b = v[1] > v[3] ? v[1] : v[3];
  return a > b ? a : b;
}

#define SEMEME_MICRO_TABLE nullptr, micro<1, 2>, micro<2, 2>, micro<3, 2>, micro<4, 2>
#include "kernels/kernels_body.h"

}  // namespace

const KernelTable kScalarKernels = SEMEME_KERNEL_TABLE(Isa::kScalar, "scalar");

}  // namespace sememe
