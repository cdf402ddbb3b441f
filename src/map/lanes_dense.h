// Loops over rows of dense matrices, included after map/lanes_body.h, once per instruction set.

SEMEME_INLINE void load_doubles(D8& out, const double* p) { __builtin_memcpy(&out, p, sizeof out); }

SEMEME_INLINE double sum_doubles(const D8& v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

double dot(const double* a, const double* b, i64 n) noexcept {
  D8 sums[4] = {}, x, y;
  i64 j = 0;
  for (; j + 32 <= n; j += 32)
#pragma GCC unroll 4
    for (i64 part = 0; part < 4; ++part) {
      load_doubles(x, a + j + 8 * part);
      load_doubles(y, b + j + 8 * part);
      sums[part] += x * y;
    }
  for (; j + 8 <= n; j += 8) {
    load_doubles(x, a + j);
    load_doubles(y, b + j);
    sums[0] += x * y;
  }
  double sum = sum_doubles((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; j < n; ++j) sum += a[j] * b[j];
  return sum;
}

void subtract(double scale, const double* row, double* x, i64 n) noexcept {
  i64 j = 0;
  for (; j + 8 <= n; j += 8) {
    D8 p, q;
    load_doubles(p, row + j);
    load_doubles(q, x + j);
    q -= p * scale;
    __builtin_memcpy(x + j, &q, sizeof q);
  }
  for (; j < n; ++j) x[j] -= scale * row[j];
}

double dot_and_add(const double* row, const double* v, double x, double* y, i64 n) noexcept {
  D8 sum0 = D8{}, sum1 = D8{}, a, b, c;
  i64 j = 0;
  for (; j + 16 <= n; j += 16) {
    load_doubles(a, row + j);
    load_doubles(b, v + j);
    load_doubles(c, y + j);
    sum0 += a * b;
    c += a * x;
    __builtin_memcpy(y + j, &c, sizeof c);
    load_doubles(a, row + j + 8);
    load_doubles(b, v + j + 8);
    load_doubles(c, y + j + 8);
    sum1 += a * b;
    c += a * x;
    __builtin_memcpy(y + j + 8, &c, sizeof c);
  }
  double sum = sum_doubles(sum0 + sum1);
  for (; j < n; ++j) {
    sum += row[j] * v[j];
    y[j] += row[j] * x;
  }
  return sum;
}

void subtract_two(double a, const double* x, double b, const double* y, double* row, i64 n) noexcept {
  i64 j = 0;
  for (; j + 8 <= n; j += 8) {
    D8 p, q, r;
    load_doubles(p, x + j);
    load_doubles(q, y + j);
    load_doubles(r, row + j);
    r -= p * a + q * b;
    __builtin_memcpy(row + j, &r, sizeof r);
  }
  for (; j < n; ++j) row[j] -= a * x[j] + b * y[j];
}

void centre(const float* row, const double* mean, float* to, i64 n) noexcept {
  i64 j = 0;
  for (; j + 8 <= n; j += 8) {
    F8 x;
    D8 m;
    load8(x, row + j);
    load_doubles(m, mean + j);
    const D8 difference = __builtin_convertvector(x, D8) - m;
    x = __builtin_convertvector(difference, F8);
    __builtin_memcpy(to + j, &x, sizeof x);
  }
  for (; j < n; ++j) to[j] = static_cast<float>(static_cast<double>(row[j]) - mean[j]);
}

void add_to_sums(const float* row, double* sums, i64 n) noexcept {
  i64 j = 0;
  for (; j + 8 <= n; j += 8) {
    F8 x;
    D8 s;
    load8(x, row + j);
    load_doubles(s, sums + j);
    s += __builtin_convertvector(x, D8);
    __builtin_memcpy(sums + j, &s, sizeof s);
  }
  for (; j < n; ++j) sums[j] += static_cast<double>(row[j]);
}
