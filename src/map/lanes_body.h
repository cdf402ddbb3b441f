// Loops over lanes of eight, included once per instruction set inside an anonymous namespace. No standard library: an
// inline function compiled here could be the copy that the linker keeps for every caller.

using i32 = std::int32_t;
using i64 = std::int64_t;
using u64 = std::uint64_t;
constexpr i64 kLanes = 8;
using F8 = float __attribute__((vector_size(32)));
using D8 = double __attribute__((vector_size(64)));
using I8 = i32 __attribute__((vector_size(32)));

#define SEMEME_INLINE [[gnu::always_inline]] static inline

SEMEME_INLINE void load8(F8& out, const float* p) { __builtin_memcpy(&out, p, sizeof out); }

/// 2^x for |x| < 126, relative error some 1e-6.
SEMEME_INLINE void exp2_of(F8& x) {
  const F8 magic = F8{} + 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const F8 whole = (x + magic) - magic, r = x - whole;
  F8 p = F8{} + 1.5403530e-4F;
  p = p * r + 1.3333558e-3F;
  p = p * r + 9.6181291e-3F;
  p = p * r + 5.5504109e-2F;
  p = p * r + 2.4022651e-1F;
  p = p * r + 6.9314718e-1F;
  p = p * r + 1.0F;
  const I8 bits = (__builtin_convertvector(whole, I8) + 127) << 23;
  F8 scale;
  __builtin_memcpy(&scale, &bits, sizeof scale);
  x = p * scale;
}

/// log2(x) for normal x > 0, absolute error some 1e-6.
SEMEME_INLINE void log2_of(F8& x) {
  I8 bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const I8 exponent = (bits - 0x3F3504F3) >> 23;  // the mantissa then lies in [sqrt(1/2), sqrt(2))
  bits -= exponent << 23;
  F8 m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const F8 s = (m - 1.0F) / (m + 1.0F), t = s * s;  // log(m) = 2 artanh(s)
  F8 p = F8{} + 0.41219858F;
  p = p * t + 0.57707802F;
  p = p * t + 0.96179669F;
  p = p * t + 2.8853901F;
  x = p * s + __builtin_convertvector(exponent, F8);
}

/// Steele, Lea & Flood 2014: SplitMix64.
SEMEME_INLINE u64 mixed(u64 x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

SEMEME_INLINE float sum8(const F8& v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

/// x and y of eight pairs.
SEMEME_INLINE void load_pairs(F8& xs, F8& ys, const float* const* at) {
  using D4 = double __attribute__((vector_size(32)));
  double d[kLanes];
#pragma GCC unroll 8
  for (i64 l = 0; l < kLanes; ++l) __builtin_memcpy(&d[l], at[l], sizeof d[l]);
  const D4 low = {d[0], d[1], d[4], d[5]}, high = {d[2], d[3], d[6], d[7]};
  F8 a, b;
  __builtin_memcpy(&a, &low, sizeof a);
  __builtin_memcpy(&b, &high, sizeof b);
  xs = __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14);
  ys = __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

void umap_step(const UmapStep& s, float* point) noexcept {
  const F8 longest = F8{} + 4.0F, least = F8{} + 1e-30F;
  const I8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  float here[2] = {point[0], point[1]};
  u64 chance = s.chance;
  for (i64 turn = 0; turn < s.pull_count; ++turn) {
    i64 pulls = s.pulls_each, pushes = s.pushes_each;
    float move_x = 0, move_y = 0;
    while (pulls + pushes > 0) {
      // Lanes: first what pulls, then what pushes; those without work look at the point itself, which moves nothing.
      const float* at[kLanes];
      i32 pulling = 0;
#pragma GCC unroll 8
      for (i64 l = 0; l < kLanes; ++l) {
        at[l] = here;
        if (pulls > 0) {
          const i64 place = turn + --pulls * (s.pull_count / 2);
          at[l] = s.layout + 2 * static_cast<i64>(s.pulls[place < s.pull_count ? place : place - s.pull_count]);
          ++pulling;
        } else if (pushes > 0) {
          --pushes;
          chance += 0x9E3779B97F4A7C15ULL;
          const auto other = static_cast<i64>(((mixed(chance) >> 32) * s.others) >> 32);
          if (other != s.self) at[l] = s.layout + 2 * other;
        }
      }
      F8 x, y;
      load_pairs(x, y, at);
      const F8 dx = here[0] - x, dy = here[1] - y, d = dx * dx + dy * dy;
      F8 power = d > least ? d : least;
      log2_of(power);
      power *= s.b;
      power = power > -100.0F ? power : F8{} - 100.0F;
      power = power < 100.0F ? power : F8{} + 100.0F;
      exp2_of(power);
      const I8 pulled = lane < pulling;
      const F8 numerator = pulled ? power * (-2 * s.a * s.b) : F8{} + 2 * s.b * s.repulsion;
      const F8 denominator = (pulled ? (d > least ? d : least) : d + 0.001F) * (power * s.a + 1.0F);
      const F8 factor = numerator / denominator;
      F8 mx = factor * dx, my = factor * dy;
      mx = mx > longest ? longest : mx;
      my = my > longest ? longest : my;
      mx = mx < -longest ? -longest : mx;
      my = my < -longest ? -longest : my;
      move_x += sum8(mx);
      move_y += sum8(my);
    }
    here[0] += s.rate * move_x;
    here[1] += s.rate * move_y;
  }
  point[0] = here[0];
  point[1] = here[1];
}

void gather_rows(const float* rows, const i32* columns, const float* weights, i64 count, float* out) noexcept {
  F8 sum0 = F8{}, sum1 = F8{}, row;
  i64 e = 0;
  for (; e + 2 <= count; e += 2) {
    load8(row, rows + kLanes * static_cast<i64>(columns[e]));
    sum0 += row * weights[e];
    load8(row, rows + kLanes * static_cast<i64>(columns[e + 1]));
    sum1 += row * weights[e + 1];
  }
  if (e < count) {
    load8(row, rows + kLanes * static_cast<i64>(columns[e]));
    sum0 += row * weights[e];
  }
  sum0 += sum1;
  __builtin_memcpy(out, &sum0, sizeof sum0);
}

void tsne_attraction(const float* y, i64 i, const i32* columns, const float* p, i64 count, float* out) noexcept {
  F8 sum_x = F8{}, sum_y = F8{};
  const float x0 = y[2 * i], y0 = y[2 * i + 1];
  i64 e = 0;
  for (; e + kLanes <= count; e += kLanes) {
    const float* at[kLanes];
#pragma GCC unroll 8
    for (i64 l = 0; l < kLanes; ++l) at[l] = y + 2 * static_cast<i64>(columns[e + l]);
    F8 xs, ys, weight;
    load_pairs(xs, ys, at);
    const F8 dx = x0 - xs, dy = y0 - ys;
    load8(weight, p + e);
    const F8 w = weight / (dx * dx + dy * dy + 1.0F);
    sum_x += w * dx;
    sum_y += w * dy;
  }
  float rest_x = 0, rest_y = 0;
  for (; e < count; ++e) {
    const float* const other = y + 2 * static_cast<i64>(columns[e]);
    const float dx = x0 - other[0], dy = y0 - other[1], w = p[e] / (1 + dx * dx + dy * dy);
    rest_x += w * dx;
    rest_y += w * dy;
  }
  out[0] = sum8(sum_x) + rest_x;
  out[1] = sum8(sum_y) + rest_y;
}

void tsne_repulsion(const double* xs, const double* ys, i64 n, double x, double y, double* out) noexcept {
  D8 sum_x = D8{}, sum_y = D8{}, sum_w = D8{};
  i64 j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    D8 dx, dy;
    __builtin_memcpy(&dx, xs + j, sizeof dx);
    __builtin_memcpy(&dy, ys + j, sizeof dy);
    dx = x - dx;
    dy = y - dy;
    const D8 w = 1.0 / (dx * dx + dy * dy + 1.0);
    sum_w += w;
    sum_x += w * w * dx;
    sum_y += w * w * dy;
  }
  out[0] = out[1] = out[2] = 0;
  for (i64 l = 0; l < kLanes; ++l) {
    out[0] += sum_x[l];
    out[1] += sum_y[l];
    out[2] += sum_w[l];
  }
  for (; j < n; ++j) {
    const double dx = x - xs[j], dy = y - ys[j], w = 1 / (1 + dx * dx + dy * dy);
    out[0] += w * w * dx;
    out[1] += w * w * dy;
    out[2] += w;
  }
}

/// Bit j: a[j] + b[j] >= c[j], of sixteen; `b` or `c` may be one number for all.
template <bool kOneB, bool kOneC>
SEMEME_INLINE unsigned reached(const float* a, const float* b, const float* c) {
#if defined(__AVX512F__)
  const __m512 sum = _mm512_add_ps(_mm512_loadu_ps(a), kOneB ? _mm512_set1_ps(*b) : _mm512_loadu_ps(b));
  return _mm512_cmp_ps_mask(sum, kOneC ? _mm512_set1_ps(*c) : _mm512_loadu_ps(c), _CMP_GE_OQ);
#elif defined(__AVX2__)
  unsigned out = 0;
  for (int half = 0; half < 2; ++half) {
    const int at = 8 * half;
    const __m256 sum = _mm256_add_ps(_mm256_loadu_ps(a + at), kOneB ? _mm256_set1_ps(*b) : _mm256_loadu_ps(b + at));
    const __m256 yes = _mm256_cmp_ps(sum, kOneC ? _mm256_set1_ps(*c) : _mm256_loadu_ps(c + at), _CMP_GE_OQ);
    out |= static_cast<unsigned>(_mm256_movemask_ps(yes)) << at;
  }
  return out;
#else
  unsigned out = 0;
  for (int j = 0; j < 16; ++j) out |= static_cast<unsigned>(a[j] + b[kOneB ? 0 : j] >= c[kOneC ? 0 : j]) << j;
  return out;
#endif
}

template <bool kOneB, bool kOneC>
SEMEME_INLINE i64 find_reached(const float* a, const float* b, const float* c, i64 count, i32* hits) {
  i64 found = 0, j = 0;
  for (; j + 16 <= count; j += 16)
    for (unsigned bits = reached<kOneB, kOneC>(a + j, b + (kOneB ? 0 : j), c + (kOneC ? 0 : j)); bits != 0;
         bits &= bits - 1)
      hits[found++] = static_cast<i32>(j + __builtin_ctz(bits));
  for (; j < count; ++j)
    if (a[j] + b[kOneB ? 0 : j] >= c[kOneC ? 0 : j]) hits[found++] = static_cast<i32>(j);
  return found;
}

i64 find_in_row(const float* dots, const float* bias, float threshold, i64 count, i32* hits) noexcept {
  return find_reached<false, true>(dots, bias, &threshold, count, hits);
}
i64 find_in_columns(const float* dots, float bias, const float* thresholds, i64 count, i32* hits) noexcept {
  return find_reached<true, false>(dots, &bias, thresholds, count, hits);
}

SEMEME_INLINE i64 count_reached(const float* scores, i64 count, float least) {
  I8 negative = {};
  i64 j = 0, found = 0;
  for (; j + kLanes <= count; j += kLanes) {
    F8 x;
    load8(x, scores + j);
    negative += x >= least;
  }
  for (i64 l = 0; l < kLanes; ++l) found -= negative[l];
  for (; j < count; ++j) found += scores[j] >= least ? 1 : 0;
  return found;
}

float find_cut(const float* scores, i64 count, i64 most) noexcept {
  float low = scores[0], high = scores[0];  // all reach the one; `most` or fewer are beyond the other
  for (i64 j = 1; j < count; ++j) {
    low = scores[j] < low ? scores[j] : low;
    high = scores[j] > high ? scores[j] : high;
  }
  if (count == most) return low;
  while (true) {
    const float middle = low + (high - low) * 0.5F;
    if (!(middle > low && middle < high)) return __builtin_nanf("");
    const i64 found = count_reached(scores, count, middle);
    if (found == most) return middle;
    (found > most ? low : high) = middle;
  }
}

#include "map/lanes_dense.h"
#include "map/lanes_fft.h"

#define SEMEME_LANE_TABLE                                                                                           \
  {                                                                                                                 \
    umap_step, gather_rows, tsne_attraction, tsne_repulsion, fft_pass, find_in_row, find_in_columns, find_cut, dot, \
        subtract, dot_and_add, subtract_two, centre, add_to_sums                                                    \
  }
