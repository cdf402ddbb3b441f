// Loads and stores of floats and bfloat16, over the vocabulary that kernels_body.h tells of.

inline Vec load_of(const float* p) { return load(p); }
inline Vec load_of(const bf16* p) { return load_bf16(p); }
inline Vec load_part_of(const float* p, i64 n) { return load_part(p, n); }
inline Vec load_part_of(const bf16* p, i64 n) { return load_bf16_part(p, n); }

inline void store_of(float* p, Vec v) { store(p, v); }
inline void store_of(bf16* p, Vec v) { store_bf16(p, v); }
inline void store_two_of(float* p, Vec a, Vec b) {
  store(p, a);
  store(p + kWidth, b);
}
inline void store_two_of(bf16* p, Vec a, Vec b) { store_two_bf16(p, a, b); }
inline void store_part_of(float* p, Vec v, i64 n) { store_part(p, v, n); }
inline void store_part_of(bf16* p, Vec v, i64 n) { store_bf16_part(p, v, n); }

/// A whole vector, or the first `n` of one and zeros.
template <class T>
inline Vec load_some(const T* p, i64 n) {
  return n >= kWidth ? load_of(p) : load_part_of(p, n);
}
inline void store_some(float* p, Vec v, i64 n) { n >= kWidth ? store(p, v) : store_part(p, v, n); }
