// The kernels of training against plain loops in double, for every instruction set, tail and length.

#include "kernels/training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/rng.h"

namespace sememe {
namespace {

class TrainingPerIsa : public testing::TestWithParam<Isa> {
 protected:
  const TrainingKernels& kernels_ = training_kernels(GetParam());

  std::vector<float> random_values(std::int64_t n, float scale = 1) {
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> out(static_cast<std::size_t>(n) + 1, 77.0F);  // one past the end must stay as it is
    for (std::int64_t i = 0; i < n; ++i) out[static_cast<std::size_t>(i)] = normal(engine_);
    return out;
  }
  std::mt19937 engine_{7};
};

#define EXPECT_CLOSE(got, want, bound) EXPECT_LE(std::abs(static_cast<double>(got) - (want)), bound)

TEST_P(TrainingPerIsa, SoftmaxAndItsBackward) {
  for (std::int64_t n = 1; n <= 70; ++n) {
    std::vector<float> p = random_values(n, 3), d = random_values(n);
    if (n % 3 == 0)  // what stands past the end as zero is not the largest
      for (std::int64_t i = 0; i < n; ++i) p[static_cast<std::size_t>(i)] -= 200;
    const std::vector<float> s = p, before = d;
    double sum = 0, along = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::exp(0.4 * s[i]);
    std::vector<float> kept = random_values(n);
    kernels_.softmax(p.data(), 0.4F, n);
    for (std::int64_t i = 0; i < n; ++i) EXPECT_CLOSE(p[i], std::exp(0.4 * s[i]) / sum, 1e-6);
    for (std::int64_t i = 0; i < n; ++i) along += static_cast<double>(kept[i]) * before[i];
    kernels_.softmax_backward(p.data(), kept.data(), d.data(), 0.4F, n);
    for (std::int64_t i = 0; i < n; ++i)
      EXPECT_CLOSE(d[i], 0.4 * (static_cast<double>(kept[i]) * before[i] - p[i] * along), 1e-5);
    EXPECT_EQ(p.back(), 77);
    EXPECT_EQ(d.back(), 77);
  }
}

TEST_P(TrainingPerIsa, GeluIsRightToTheRoundingOfFloat) {
  std::vector<float> x;
  for (double at = -7; at < 7; at += 0.0013) x.push_back(static_cast<float>(at));
  std::vector<float> y(x.size());
  kernels_.gelu_forward(x.data(), y.data(), std::ssize(y));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double want = 0.5 * x[i] * (1 + std::erf(static_cast<double>(x[i]) / std::sqrt(2.0)));
    EXPECT_CLOSE(y[i], want, 3e-7 * std::max(1.0, std::abs(static_cast<double>(x[i])))) << x[i];
  }
  for (std::int64_t n = 1; n <= 40; ++n) {
    std::vector<float> some = random_values(n);
    kernels_.gelu_forward(some.data(), some.data(), n);
    EXPECT_EQ(some.back(), 77);
  }
}

TEST_P(TrainingPerIsa, LayerNormAndItsBackward) {
  for (std::int64_t n = 2; n <= 70; ++n) {
    const std::vector<float> x = random_values(n), gamma = random_values(n), beta = random_values(n),
                             d_y = random_values(n);
    std::vector<float> unit = random_values(n), y = random_values(n), d_x = random_values(n),
                       d_gamma = random_values(n), d_beta = random_values(n);
    const std::vector<float> x0 = d_x, gamma0 = d_gamma, beta0 = d_beta;
    const double size = static_cast<double>(n);
    double mean = 0, variance = 0, g = 0, gu = 0;
    for (std::int64_t i = 0; i < n; ++i) mean += x[i] / size;
    for (std::int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean) / size;
    const double r = 1 / std::sqrt(variance + 1e-5);
    const float rstd =
        kernels_.layer_norm_forward(x.data(), gamma.data(), beta.data(), 1e-5F, unit.data(), y.data(), n);
    EXPECT_CLOSE(rstd, r, 1e-7 * r);
    for (std::int64_t i = 0; i < n; ++i) EXPECT_CLOSE(y[i], (x[i] - mean) * r * gamma[i] + beta[i], 1e-6);
    for (std::int64_t i = 0; i < n; ++i) {
      g += static_cast<double>(d_y[i]) * gamma[i] / size;
      gu += static_cast<double>(d_y[i]) * gamma[i] * unit[i] / size;
    }
    kernels_.layer_norm_backward(d_y.data(), unit.data(), rstd, gamma.data(), d_x.data(), true, d_gamma.data(),
                                 d_beta.data(), n);
    std::vector<float> in_place = d_y, unused(static_cast<std::size_t>(2 * n));
    kernels_.layer_norm_backward(in_place.data(), unit.data(), rstd, gamma.data(), in_place.data(), false,
                                 unused.data(), unused.data() + n, n);
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_CLOSE(d_x[i], x0[i] + rstd * (static_cast<double>(d_y[i]) * gamma[i] - g - unit[i] * gu), 1e-5 * (1 + r));
      EXPECT_CLOSE(in_place[i], rstd * (static_cast<double>(d_y[i]) * gamma[i] - g - unit[i] * gu), 1e-5 * (1 + r));
      EXPECT_CLOSE(d_gamma[i], gamma0[i] + static_cast<double>(d_y[i]) * unit[i], 1e-5);
      EXPECT_CLOSE(d_beta[i], static_cast<double>(beta0[i]) + d_y[i], 1e-6);
    }
    for (const auto* v : {&unit, &y, &d_x, &d_gamma, &d_beta, &in_place}) EXPECT_EQ(v->back(), 77);
  }
}

TEST_P(TrainingPerIsa, DropoutIsByTheWordsOfTheCounterRng) {
  const CounterRng random(0x123456789ABCDEF0, 99);
  for (std::int64_t n = 1; n <= 150; n += 7) {
    std::vector<float> x = random_values(n);
    const std::vector<float> before = x;
    kernels_.dropout(0x123456789ABCDEF0, 99, 0xFFFFFFFE, 20000, 1.5F, x.data(), n);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto words = random.block(0xFFFFFFFE + static_cast<std::uint64_t>(i / 8));
      const std::uint32_t half = words[i % 8 / 2] >> (16 * (i % 2)) & 0xFFFF;
      ASSERT_EQ(x[i], half >= 20000 ? before[i] * 1.5F : 0) << i;
    }
    EXPECT_EQ(x.back(), 77);
  }
}

TEST_P(TrainingPerIsa, AdamStepIsTheFormula) {
  const AdamStep s{.rate = 0.01F,
                   .decay = 0.1F,
                   .beta1 = 0.9F,
                   .beta2 = 0.99F,
                   .epsilon = 1e-8F,
                   .correction1 = 0.19F,
                   .correction2 = 0.0199F,
                   .gradient_scale = 0.5F};
  for (std::int64_t n = 1; n <= 40; ++n) {
    const std::vector<float> g = random_values(n);
    std::vector<float> m = random_values(n), v = random_values(n), p = random_values(n);
    for (std::int64_t i = 0; i < n; ++i) v[i] = std::abs(v[i]);
    const std::vector<float> m0 = m, v0 = v, p0 = p;
    kernels_.adamw(s, g.data(), m.data(), v.data(), p.data(), n);
    for (std::int64_t i = 0; i < n; ++i) {
      const double first = 0.9 * m0[i] + 0.1 * 0.5 * g[i], second = 0.99 * v0[i] + 0.01 * 0.25 * g[i] * g[i];
      EXPECT_CLOSE(m[i], first, 1e-6);
      EXPECT_CLOSE(v[i], second, 1e-6);
      EXPECT_CLOSE(p[i], p0[i] * (1 - 0.001) - 0.01 * (first / 0.19) / (std::sqrt(second / 0.0199) + 1e-8), 2e-6);
    }
    EXPECT_EQ(p.back(), 77);
  }
}

TEST_P(TrainingPerIsa, ScaleAndSumOfSquares) {
  for (std::int64_t n = 1; n <= 70; ++n) {
    std::vector<float> x = random_values(n);
    const std::vector<float> before = x;
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * x[i];
    EXPECT_CLOSE(kernels_.sum_of_squares(x.data(), n), sum, 1e-13 * sum);
    kernels_.scale(0.7F, x.data(), n);
    for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(x[i], before[i] * 0.7F);
    EXPECT_EQ(x.back(), 77);
  }
}

// Every element is the sum over k in ascending order, so it has the same bits in a product of its row and column alone.
TEST_P(TrainingPerIsa, PlainGemmIsTheProductAtEveryTail) {
  for (const std::int64_t k : {1, 2, 9, 40, 1100})
    for (std::int64_t m = 1; m <= (k > 1000 ? 11 : 30); m += k > 1000 ? 5 : m < 17 ? 1 : 4)
      for (std::int64_t n = 1; n <= 70; n += n < 35 ? 3 : 8)
        for (const bool by_columns : {false, true}) {
          const std::int64_t x_stride = (by_columns ? m : k) + 1, w_stride = n + 2, y_stride = n + 3;
          const auto x = random_values((by_columns ? k : m) * x_stride), w = random_values(k * w_stride);
          auto y = random_values(m * y_stride);
          const auto before = y;
          const auto at = [&](std::int64_t i, std::int64_t kk) {
            return static_cast<double>(x[by_columns ? kk * x_stride + i : i * x_stride + kk]);
          };
          PlainGemmArgs args{.x = x.data(),
                             .x_stride = x_stride,
                             .x_by_columns = by_columns,
                             .w = w.data(),
                             .w_stride = w_stride,
                             .y = y.data(),
                             .y_stride = y_stride,
                             .accumulate = (m + n) % 2 == 0,
                             .m = m,
                             .n = n,
                             .k = k};
          kernels_.gemm_plain(args);
          for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < y_stride; ++j) {
              const float got = y[i * y_stride + j], old = before[i * y_stride + j];
              if (j >= n) {
                ASSERT_EQ(got, old) << "written past column " << n;
                continue;
              }
              double want = args.accumulate ? old : 0, size = std::abs(want);
              for (std::int64_t kk = 0; kk < k; ++kk) {
                want += at(i, kk) * w[kk * w_stride + j];
                size += std::abs(at(i, kk) * w[kk * w_stride + j]);
              }
              ASSERT_LE(std::abs(got - want), static_cast<double>(k + 2) * 6e-8 * size) << m << ' ' << n << ' ' << k;
            }
          EXPECT_EQ(y.back(), 77);
        }
}

INSTANTIATE_TEST_SUITE_P(Isa, TrainingPerIsa, testing::ValuesIn(available_isas().begin(), available_isas().end()),
                         [](const auto& one) { return kernels(one.param).name; });

}  // namespace
}  // namespace sememe
