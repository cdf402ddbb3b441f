// Attention of one head over one text, in float32 or bfloat16: K^T in panels of keys, a tile of rows of scores by all
// keys, V in panels of columns (for bfloat16 in pairs of tokens).

constexpr i64 up_to(i64 n, i64 step) { return (n + step - 1) / step * step; }

/// Floats of a row of scores: whole panels, kept off a multiple of 2 KiB, where rows would share their L1 sets.
constexpr i64 score_stride(i64 tokens) {
  const i64 keys = up_to(tokens, kPanel);
  return keys % 512 == 0 ? keys + kPanel : keys;
}

i64 attention_scratch(i64 tokens, i64 head_dim) noexcept {
  const i64 keys = up_to(tokens, kPanel), width = up_to(head_dim, kPanel);
  constexpr i64 kRows = OfFloat::kTileRows;
  return keys * head_dim + tokens * width + 2 * kRows * score_stride(tokens) + kRows * kPanel;
}

// Weights 2^x of a row of scores are made of x * kSteps, two vectors at a time, by T itself if it can.
template <class T>
constexpr bool kMakesWeights = requires {
  T::kWeightSteps;
};

// Of two vectors: writes their weights; `sum` and what they add to it.
template <class T, class W>
inline Vec store_weights(W* weights, Vec x, Vec x2, Vec sum) {
  if constexpr (kMakesWeights<T>) {
    return T::store_weights(weights, x, x2, sum);
  } else {
    const Vec e = exp2_of<sizeof(W) == 2>(x), e2 = exp2_of<sizeof(W) == 2>(x2);
    store_two_of(weights, e, e2);
    return add(sum, add(e, e2));
  }
}

inline float largest(const float* s, i64 n) {
  const i64 whole = (n - 1) / kWidth * kWidth;
  Vec most = first_of(load(s + whole), n - whole, set1(s[0])), more = most;
  i64 j = 0;
  for (; j + 2 * kWidth <= whole; j += 2 * kWidth) {
    most = max(load(s + j), most);
    more = max(load(s + j + kWidth), more);
  }
  if (j < whole) most = max(load(s + j), most);
  return hmax(max(most, more));
}

// 2^(factor * (s - top)) into `weights`, zeros past n up to two whole vectors; their sum.
template <class T, class W>
inline float weigh_row(const float* s, W* weights, i64 n, float factor, float top) {
  constexpr float kSteps = [] {
    if constexpr (kMakesWeights<T>) return T::kWeightSteps;
    return 1.0F;
  }();
  const Vec c = set1(factor * kSteps), most = set1(top), none = set1(-1e9F);
  const auto x = [&](i64 at) { return mul(sub(load(s + at), most), c); };
  Vec sum = zero();
  i64 j = 0;
  for (; j + 2 * kWidth <= n; j += 2 * kWidth) sum = store_weights<T>(weights + j, x(j), x(j + kWidth), sum);
  if (j < n) {
    const i64 rest = n - j;
    const Vec second = rest > kWidth ? first_of(x(j + kWidth), rest - kWidth, none) : none;
    sum = store_weights<T>(weights + j, first_of(x(j), min_of(kWidth, rest), none), second, sum);
  }
  return hsum(sum);
}

// V (tokens, head_dim) in panels [head_dim / panel][tokens][panel], zeros past head_dim.
inline void pack_values(const float* v, i64 stride, i64 tokens, i64 head_dim, char* to) {
  for (i64 d0 = 0; d0 < head_dim; d0 += kPanel)
    for (i64 j = 0; j < tokens; ++j)
      for (i64 d = d0; d < d0 + kPanel; d += kWidth, to += 4 * kWidth) {
        const i64 some = head_dim - d;
        const float* const from = v + j * stride + d;
        const Vec x = some >= kWidth ? load(from) : some > 0 ? load_part(from, some) : zero();
        __builtin_memcpy(to, &x, sizeof x);
      }
}
// The same in pairs of tokens: [head_dim / panel][tokens / 2][panel] dwords.
inline void pack_values(const bf16* v, i64 stride, i64 tokens, i64 head_dim, char* to) {
  alignas(64) static constexpr bf16 kNone[kWidth] = {};
  for (i64 d0 = 0; d0 < head_dim; d0 += kPanel)
    for (i64 j = 0; j < tokens; j += 2)
      for (i64 d = d0; d < d0 + kPanel; d += kWidth, to += 4 * kWidth) {
        const i64 some = d >= head_dim ? 0 : min_of(kWidth, head_dim - d);
        const bf16* const from = v + j * stride + d;
        store_pairs(to, from, j + 1 < tokens ? from + stride : kNone, some);
      }
}

template <class T, class E>
inline void attention_of(const AttentionArgs& a) {
  const E *const q = static_cast<const E*>(a.q), *const k = static_cast<const E*>(a.k);
  const i64 stride = a.stride * static_cast<i64>(sizeof(E));
  const i64 keys = up_to(a.tokens, kPanel), width = up_to(a.head_dim, kPanel), scores = score_stride(a.tokens);
  const i64 depth = (a.head_dim + T::kPerDword - 1) / T::kPerDword;  // dwords of a row of Q and K
  const i64 steps = (a.tokens + T::kPerDword - 1) / T::kPerDword;    // dwords of a row of weights
  constexpr i64 kPanelBytes = 4 * kPanel;
  char* const kt = reinterpret_cast<char*>(a.scratch);                // [keys / panel][depth][panel]
  char* const v = kt + keys * a.head_dim * 4;                         // [width / panel][steps][panel]
  float* const s = a.scratch + keys * a.head_dim + a.tokens * width;  // [tile rows][keys]
  E* const weights = reinterpret_cast<E*>(s + OfFloat::kTileRows * scores);
  char* const tile = reinterpret_cast<char*>(s + 2 * OfFloat::kTileRows * scores);  // [tile rows][panel]
  for (i64 j = 0; j < a.tokens; j += kWidth)
    transpose_dwords(reinterpret_cast<const char*>(k) + j * stride, stride, min_of(kWidth, a.tokens - j), depth,
                     kt + j / kPanel * depth * kPanelBytes + j % kPanel * 4, kPanelBytes);
  if (T::kPerDword == 2 && a.head_dim % 2 != 0) {  // the last dword reaches into what lies beside the head
    constexpr std::uint16_t kNought = 0;
    for (i64 j = 0; j < keys; ++j)
      __builtin_memcpy(kt + (j / kPanel * depth + depth - 1) * kPanelBytes + j % kPanel * 4 + 2, &kNought, 2);
  }
  pack_values(static_cast<const E*>(a.v), a.stride, a.tokens, a.head_dim, v);

  const float factor = a.scale * 1.44269504088896341F;
  const i64 tiles = (a.tokens + T::kTileRows - 1) / T::kTileRows;
  for (i64 t = 0, row = 0; t < tiles; ++t) {
    const i64 height = a.tokens / tiles + (t < a.tokens % tiles);
    const char* const rows = reinterpret_cast<const char*>(q) + row * stride;
    for (i64 j = 0; j < a.tokens; j += kPanel) {
      const Micro product = (a.tokens - j <= kWidth ? kNarrowMicro<T>.of : kMicro<T>.of)[height];
      product(rows, stride, kt + j * depth * 4, kPanelBytes, 0, depth, reinterpret_cast<char*>(s + j), 4 * scores);
    }
    float row_value[up_to(T::kTileRows, kWidth)] = {};  // the largest score; then 1 / the sum of weights
    for (i64 m = 0; m < height; ++m) row_value[m] = largest(s + m * scores, a.tokens);
    for (i64 m = 0; m < height; ++m)
      row_value[m] = weigh_row<T>(s + m * scores, weights + m * scores, a.tokens, factor, row_value[m]);
    for (i64 m = 0; m < height; m += kWidth) store(row_value + m, div(set1(1.0F), load(row_value + m)));
    for (i64 d0 = 0; d0 < width; d0 += kPanel) {
      kMicro<T>.of[height](reinterpret_cast<const char*>(weights), scores * static_cast<i64>(sizeof(E)),
                           v + d0 * steps * 4, kPanelBytes, 0, steps, tile, kPanelBytes);
      for (i64 m = 0; m < height; ++m) {
        E* const out = static_cast<E*>(a.out) + (row + m) * a.out_stride + d0;
        const Vec factor_of_row = set1(row_value[m]);
        for (i64 j = 0; j < kPanel && d0 + j < a.head_dim; j += kWidth) {
          const Vec x = mul(OfFloat::load(tile + m * kPanelBytes + 4 * j), factor_of_row);
          const i64 some = a.head_dim - d0 - j;
          if (some >= kWidth)
            store_of(out + j, x);
          else
            store_part_of(out + j, x, some);
        }
      }
    }
    row += height;
  }
}

void attention(const AttentionArgs& a) noexcept { attention_of<OfFloat, float>(a); }
void attention_bf16(const AttentionArgs& a) noexcept { attention_of<OfBf16, bf16>(a); }
