// Loops over rows of dense matrices, included after map/lanes_body.h, once per instruction set.

SEMEME_INLINE void load_doubles(D8& out, const double* p) { __builtin_memcpy(&out, p, sizeof out); }

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
  sum0 += sum1;
  double sum = ((sum0[0] + sum0[4]) + (sum0[2] + sum0[6])) + ((sum0[1] + sum0[5]) + (sum0[3] + sum0[7]));
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
