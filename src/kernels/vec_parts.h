// What a vocabulary without masked bytes and wide shuffles does element by element: tails, and the rearranging of
// attention. Included by such a vocabulary at its end.

inline Vec load_bf16_part(const bf16* p, i64 n) {
  bf16 whole[kWidth] = {};
  for (i64 i = 0; i < n; ++i) whole[i] = p[i];
  return load_bf16(whole);
}
inline void store_bf16_part(bf16* p, Vec v, i64 n) {
  bf16 whole[kWidth];
  store_bf16(whole, v);
  for (i64 i = 0; i < n; ++i) p[i] = whole[i];
}
inline void store_two_bf16(bf16* p, Vec a, Vec b) {
  store_bf16(p, a);
  store_bf16(p + kWidth, b);
}
inline void store_bytes_part(std::uint8_t* p, Vec v, i64 n) {
  std::uint8_t whole[kWidth];
  store_bytes(whole, v);
  for (i64 i = 0; i < n; ++i) p[i] = whole[i];
}

/// to[c][r] = from[r][c] for kWidth rows r, zeros from `rows` on, and `columns` dwords c; strides in bytes.
inline void transpose_dwords(const char* from, i64 from_stride, i64 rows, i64 columns, char* to, i64 to_stride) {
  constexpr int kNought = 0;
  for (i64 r = 0; r < kWidth; ++r)
    for (i64 c = 0; c < columns; ++c)
      __builtin_memcpy(to + c * to_stride + 4 * r,
                       r < rows ? from + r * from_stride + 4 * c : reinterpret_cast<const char*>(&kNought), 4);
}

/// Pairs a[i], b[i] in dwords; kWidth of them, of which `n` are real.
inline void store_pairs(char* to, const bf16* a, const bf16* b, i64 n) {
  for (i64 i = 0; i < kWidth; ++i) {
    const bf16 pair[2] = {i < n ? a[i] : bf16{0}, i < n ? b[i] : bf16{0}};
    __builtin_memcpy(to + 4 * i, pair, 4);
  }
}
