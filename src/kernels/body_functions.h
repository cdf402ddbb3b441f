// Elementwise functions, over the vocabulary that kernels_body.h tells of.

// e^x, relative error below 2e-7 in the range of floats; underflows to 0, overflows to infinity; NaN stays.
// Cody-Waite reduction to |r| <= ln(2)/2 and the Taylor-like minimax polynomial of degree 6.
inline Vec exp_of(Vec x) {
  // min(limit, x) returns x when x is NaN: the second operand wins on unordered comparison.
  x = max(set1(-104.0F), min(set1(89.0F), x));
  const Vec n = round(mul(x, set1(1.44269504088896341F)));
  Vec r = fmadd(n, set1(-0.693359375F), x);
  r = fmadd(n, set1(2.12194440e-4F), r);
  Vec p = set1(1.9875691500e-4F);
  p = fmadd(p, r, set1(1.3981999507e-3F));
  p = fmadd(p, r, set1(8.3334519073e-3F));
  p = fmadd(p, r, set1(4.1665795894e-2F));
  p = fmadd(p, r, set1(1.6666665459e-1F));
  p = fmadd(p, r, set1(5.0000001201e-1F));
  p = add(fmadd(p, mul(r, r), r), set1(1.0F));
  return scale_pow2(p, n);
}

inline Vec sigmoid_of(Vec x) { return div(set1(1.0F), add(set1(1.0F), exp_of(sub(zero(), x)))); }

// x * Phi(x), absolute error below 9e-7: Phi is 0.5 + x P(x^2), P a minimax polynomial (in 2 x^2 / 5.3^2 - 1) up to
// |x| = 5.3, where it meets 1 and, a little below it, 0.
inline Vec gelu_of(Vec x) {
  constexpr float kEnd = 5.3F, kFactor = 2 / (kEnd * kEnd);
  const Vec least = max(set1(-kEnd), x), c = min(set1(kEnd), least), t = fmadd(mul(c, c), set1(kFactor), set1(-1.0F));
  Vec p = fmadd(set1(-4.30324755e-4F), t, set1(1.48618338e-3F));
  p = fmadd(p, t, set1(-2.03327439e-3F));
  p = fmadd(p, t, set1(2.39544478e-3F));
  p = fmadd(p, t, set1(-4.85033495e-3F));
  p = fmadd(p, t, set1(9.15093441e-3F));
  p = fmadd(p, t, set1(-1.3689477e-2F));
  p = fmadd(p, t, set1(1.886875e-2F));
  p = fmadd(p, t, set1(-2.51770820e-2F));
  p = fmadd(p, t, set1(3.20809595e-2F));
  p = fmadd(p, t, set1(-3.96010503e-2F));
  p = fmadd(p, t, set1(4.92645241e-2F));
  p = fmadd(p, t, set1(-6.65181801e-2F));
  p = fmadd(p, t, set1(0.133392558F));
  return mul(least, min(set1(1.0F), max(zero(), fmadd(p, c, set1(0.5F)))));
}

inline Vec tanh_of(Vec x) {
  // 1 - 2 / (e^2|x| + 1) loses digits near 0, where a polynomial in x^2 serves.
  const Vec a = abs(x), s = mul(x, x);
  Vec p = set1(-5.70498872745e-3F);
  p = fmadd(p, s, set1(2.06390887954e-2F));
  p = fmadd(p, s, set1(-5.37397155531e-2F));
  p = fmadd(p, s, set1(1.33314422036e-1F));
  p = fmadd(p, s, set1(-3.33332819422e-1F));
  const Vec small = fmadd(mul(p, s), x, x);
  const Vec far = sub(set1(1.0F), div(set1(2.0F), add(exp_of(add(a, a)), set1(1.0F))));
  const Vec large = select_negative(x, sub(zero(), far), far);
  return select_negative(sub(a, set1(0.625F)), small, large);
}

inline Vec gelu_tanh_of(Vec x) {
  const Vec inner = mul(x, fmadd(mul(x, x), set1(0.7978845608F * 0.044715F), set1(0.7978845608F)));
  return mul(mul(x, set1(0.5F)), add(set1(1.0F), tanh_of(inner)));
}

// 2^x for x <= 0: relative error below 1e-7, or below 8e-5 where the result is rounded to bfloat16. Minimax polynomials
// over |f| <= 1/2.
template <bool kCoarse>
inline Vec exp2_of(Vec x) {
  const Vec n = round(x), f = sub(x, n);
  Vec p;
  if constexpr (kCoarse) {
    p = fmadd(set1(0.0551713221F), f, set1(0.242611125F));
    p = fmadd(p, f, set1(0.693261087F));
    p = fmadd(p, f, set1(0.999928117F));
  } else {
    p = fmadd(set1(1.33655488e-3F), f, set1(9.67515819e-3F));
    p = fmadd(p, f, set1(5.55043519e-2F));
    p = fmadd(p, f, set1(0.240221262F));
    p = fmadd(p, f, set1(0.693147182F));
    p = fmadd(p, f, set1(1.0F));
  }
  return scale_pow2(p, n);
}

/// What becomes of a result: as far as it is rounded, it needs no more digits. Products of bytes are that rough.
enum class Rounding { kNone, kBfloat16, kByte };

// x * Phi(x), absolute error below 9e-5 for bfloat16, 1.2e-3 for bytes. Phi is 0.5 + x P(x^2), a minimax polynomial up
// to |x| = 4.2 or 3.4, where it meets 0 and 1.
template <Rounding kTo>
inline Vec coarse_gelu_of(Vec x) {
  constexpr float kEnd = kTo == Rounding::kByte ? 3.4F : 4.2F;
  const Vec least = max(set1(-kEnd), x), c = min(set1(kEnd), least), t = mul(c, c);
  Vec p;
  if constexpr (kTo == Rounding::kByte) {
    p = fmadd(set1(1.00155097e-5F), t, set1(-4.0091966e-4F));
    p = fmadd(p, t, set1(6.58667596e-3F));
    p = fmadd(p, t, set1(-5.93870794e-2F));
    p = fmadd(p, t, set1(0.393858339F));
  } else {
    p = fmadd(set1(-9.01725916e-10F), t, set1(7.9411528e-8F));
    p = fmadd(p, t, set1(-3.03788078e-6F));
    p = fmadd(p, t, set1(6.689e-5F));
    p = fmadd(p, t, set1(-9.5065264e-4F));
    p = fmadd(p, t, set1(9.29821469e-3F));
    p = fmadd(p, t, set1(-6.55281991e-2F));
    p = fmadd(p, t, set1(0.398465931F));
  }
  return mul(least, fmadd(p, c, set1(0.5F)));
}

template <class F>
inline void map(float* x, i64 n, F f) {
  i64 i = 0;
  for (; i + kWidth <= n; i += kWidth) store(x + i, f(load(x + i)));
  if (i < n) store_part(x + i, f(load_part(x + i, n - i)), n - i);
}

// action(f) with the function that `activation` names: the choice is made once, outside of the loops.
template <Rounding kTo, class Action>
inline void with_activation(Activation activation, Action action) {
  switch (activation) {
    case Activation::kIdentity:
      return action([](Vec v) { return v; });
    case Activation::kGelu:
      return action([](Vec v) {
        if constexpr (kTo == Rounding::kNone) return gelu_of(v);
        return coarse_gelu_of<kTo>(v);
      });
    case Activation::kGeluTanh:
      return action([](Vec v) { return gelu_tanh_of(v); });
    case Activation::kQuickGelu:
      return action([](Vec v) { return mul(v, sigmoid_of(mul(v, set1(1.702F)))); });
    case Activation::kRelu:
      return action([](Vec v) { return max(zero(), v); });
    case Activation::kSilu:
      return action([](Vec v) { return mul(v, sigmoid_of(v)); });
    case Activation::kTanh:
      return action([](Vec v) { return tanh_of(v); });
    case Activation::kSigmoid:
      return action([](Vec v) { return sigmoid_of(v); });
  }
}
