#include "kernels/kernels.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/kernels_ref.h"
#include "kernels/test_data.h"

namespace sememe {
namespace {

using test::Guarded;

class PerIsa : public testing::TestWithParam<Isa> {
 protected:
  const KernelTable& table() const { return kernels(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Kernels, PerIsa, testing::ValuesIn(available_isas().begin(), available_isas().end()),
                         [](const auto& suite) { return std::string(kernels(suite.param).name); });

// Longest chain of additions of a reduction in any table: n / 4 (scalar: four chains of four lanes) and the joining.
double reduction_bound(std::int64_t n, double magnitude) {
  return (static_cast<double>(n) / 4 + 12) * FLT_EPSILON * magnitude;  // Higham 2002, eq. 3.5
}

TEST_P(PerIsa, ReductionsAgreeWithReferenceAtEveryTailLengthAndOffset) {
  for (std::int64_t n = 0; n <= 130; ++n)
    for (const std::int64_t offset : {0, 1, 5}) {
      const Guarded a(n, offset, 1), b(n, offset, 2);
      double dot = 0, dots = 0, squares = 0, absolutes = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const double x = a.data()[i], y = b.data()[i];
        dot += x * y;
        dots += std::abs(x * y);
        squares += (x - y) * (x - y);
        absolutes += std::abs(x - y);
      }
      ASSERT_LE(std::abs(table().dot(a.data(), b.data(), n) - dot), reduction_bound(n, dots)) << n << " " << offset;
      ASSERT_LE(std::abs(table().squared_distance(a.data(), b.data(), n) - squares), reduction_bound(n, squares)) << n;
      ASSERT_LE(std::abs(table().absolute_distance(a.data(), b.data(), n) - absolutes), reduction_bound(n, absolutes))
          << n;
    }
}

TEST_P(PerIsa, RowOperationsTouchTheirRowOnly) {
  for (std::int64_t n = 0; n <= 130; ++n)
    for (const std::int64_t offset : {0, 3}) {
      const Guarded x(n, offset, 3);
      Guarded axpy(n, offset, 4), most(n, offset, 4), sum(n, offset, 4);
      const Guarded old(n, offset, 4);
      table().axpy(2.5F, x.data(), axpy.data(), n);
      table().maximum(x.data(), most.data(), n);
      table().add(x.data(), old.data(), sum.data(), n);
      for (std::int64_t i = 0; i < n; ++i) {
        const float u = x.data()[i], v = old.data()[i];
        ASSERT_NEAR(axpy.data()[i], 2.5 * u + v, 4 * FLT_EPSILON * (std::abs(2.5 * u) + std::abs(v))) << n;
        ASSERT_EQ(most.data()[i], std::max(u, v)) << n;
        ASSERT_EQ(sum.data()[i], u + v) << n;
      }
      ASSERT_TRUE(axpy.intact() && most.intact() && sum.intact()) << n;
    }
}

TEST_P(PerIsa, DotOfCodesIsThatOfEveryCode) {
  const CounterRng rng(2026, 3);
  for (const std::int64_t n : {0, 64, 128, 320, 1024, 65536})
    for (std::int64_t rows = 0; rows <= (n > 1024 ? 1 : 5); ++rows) {
      std::vector<std::int8_t> x;
      for (std::int64_t i = 0; i < n; ++i) {
        const auto byte = static_cast<std::int8_t>(rng.word(static_cast<std::uint64_t>(i)));
        x.push_back(n > 1024 ? std::int8_t{-128} : i % 9 == 0 ? std::int8_t{-128} : byte);
      }
      std::vector<std::uint8_t> codes;
      for (std::int64_t i = 0; i < rows * n / 4; ++i)
        codes.push_back(n > 1024 ? 255 : static_cast<std::uint8_t>(rng.word(static_cast<std::uint64_t>(i + n))));
      std::vector<std::int32_t> expected(static_cast<std::size_t>(rows)), sums(static_cast<std::size_t>(rows + 1), 77);
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < n; ++i) {
          const std::uint8_t byte = codes[static_cast<std::size_t>(r * n / 4 + i / 64 * 16 + i % 16)];
          expected[static_cast<std::size_t>(r)] += (byte >> (2 * (i % 64 / 16)) & 3) * x[static_cast<std::size_t>(i)];
        }
      expected.push_back(77);
      table().dot_codes(x.data(), codes.data(), n, rows, sums.data());
      ASSERT_EQ(sums, expected) << n << ' ' << rows;
    }
}

TEST_P(PerIsa, AdaGradMovesBothVectorsByWhatTheyWere) {
  for (std::int64_t n = 0; n <= 40; ++n) {
    Guarded x(n, 0, 3), y(n, 3, 4), xs(n, 0, 5), ys(n, 1, 6);
    for (std::int64_t i = 0; i < n; ++i) {
      xs.data()[i] = 1 + std::abs(xs.data()[i]);
      ys.data()[i] = 1 + std::abs(ys.data()[i]);
    }
    const std::vector<float> x0(x.data(), x.data() + n), y0(y.data(), y.data() + n), xs0(xs.data(), xs.data() + n),
        ys0(ys.data(), ys.data() + n);
    constexpr double kGradient = 1.5, kRate = 0.05, kLimit = 0.7;
    table().adagrad({.x = x.data(),
                     .y = y.data(),
                     .x_squares = xs.data(),
                     .y_squares = ys.data(),
                     .n = n,
                     .gradient = static_cast<float>(kGradient),
                     .rate = static_cast<float>(kRate),
                     .limit = static_cast<float>(kLimit)});
    for (std::size_t i = 0; i < x0.size(); ++i) {
      const double dx = kRate * std::clamp(kGradient * y0[i], -kLimit, kLimit),
                   dy = kRate * std::clamp(kGradient * x0[i], -kLimit, kLimit);
      const auto at = static_cast<std::int64_t>(i);
      ASSERT_NEAR(x.data()[at], x0[i] - dx / std::sqrt(xs0[i]), 4 * FLT_EPSILON * (std::abs(x0[i]) + 1)) << n;
      ASSERT_NEAR(y.data()[at], y0[i] - dy / std::sqrt(ys0[i]), 4 * FLT_EPSILON * (std::abs(y0[i]) + 1)) << n;
      ASSERT_NEAR(xs.data()[at], xs0[i] + dx * dx, 4 * FLT_EPSILON * (xs0[i] + 1)) << n;
      ASSERT_NEAR(ys.data()[at], ys0[i] + dy * dy, 4 * FLT_EPSILON * (ys0[i] + 1)) << n;
    }
    ASSERT_TRUE(x.intact() && y.intact() && xs.intact() && ys.intact()) << n;
  }
}

struct Function {
  const char* name;
  Activation activation;
  double (*reference)(double);
  double absolute, relative;  ///< error allowed: absolute + relative * |reference|
};

const Function kFunctions[] = {
    {"gelu", Activation::kGelu, gelu_ref, 1e-6, 4e-7},
    {"gelu_tanh", Activation::kGeluTanh, gelu_tanh_ref, 5e-7, 4e-7},
    {"quick_gelu", Activation::kQuickGelu, quick_gelu_ref, 1e-7, 8e-7},
    {"relu", Activation::kRelu, [](double x) { return x > 0 ? x : 0; }, 0, 0},
    {"silu", Activation::kSilu, silu_ref, 1e-7, 8e-7},
    {"tanh", Activation::kTanh, [](double x) { return std::tanh(x); }, 0, 4e-7},
    {"sigmoid", Activation::kSigmoid, sigmoid_ref, 1e-37, 8e-7},
};

TEST_P(PerIsa, FunctionsAreAccurateEverywhere) {
  std::vector<float> xs;
  for (double x = -110; x <= 110; x += 1.0 / 512) xs.push_back(static_cast<float>(x));
  for (int e = -126; e < 7; ++e)
    for (const double sign : {-1.0, 1.0})
      for (const double m : {1.0, 1.37, 1.9}) xs.push_back(static_cast<float>(sign * std::ldexp(m, e)));
  for (const Function& f : kFunctions) {
    std::vector<float> got = xs;
    table().activate(f.activation, got.data(), static_cast<std::int64_t>(got.size()));
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const double want = f.reference(xs[i]);
      ASSERT_LE(std::abs(got[i] - want), f.absolute + f.relative * std::abs(want))
          << f.name << "(" << xs[i] << ") = " << got[i];
    }
  }
}

TEST_P(PerIsa, FunctionsHaveTheirLimitsAndKeepNaN) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const Function& f : kFunctions) {
    float x[] = {std::nanf(""), 0, 1000, -1000, 3e38F, -3e38F};
    table().activate(f.activation, x, 6);
    EXPECT_TRUE(std::isnan(x[0])) << f.name << " of NaN is " << x[0];
    EXPECT_EQ(x[1], f.reference(0)) << f.name;
    EXPECT_EQ(x[2], static_cast<float>(f.reference(1000))) << f.name;
    EXPECT_LE(std::abs(x[3] - f.reference(-1000)), 1e-30) << f.name;
    EXPECT_FALSE(std::isnan(x[4]) || std::isnan(x[5])) << f.name;
    float ends[] = {inf};
    table().activate(f.activation, ends, 1);
    EXPECT_EQ(ends[0], static_cast<float>(f.reference(static_cast<double>(inf)))) << f.name;
  }
}

TEST_P(PerIsa, FunctionsTouchTheirSpanOnly) {
  for (const Function& f : kFunctions)
    for (std::int64_t n = 0; n <= 130; ++n) {
      Guarded x(n, 1, 8);
      const Guarded old(n, 1, 8);
      table().activate(f.activation, x.data(), n);
      ASSERT_TRUE(x.intact()) << f.name << " " << n;
      for (std::int64_t i = 0; i < n; ++i)
        ASSERT_LE(std::abs(x.data()[i] - f.reference(old.data()[i])), 1.2e-6) << f.name << " " << n;
    }
}

TEST_P(PerIsa, LayerNormAgreesWithReferenceEvenFarFromZero) {
  for (std::int64_t n = 1; n <= 130; ++n)
    for (const float mean : {0.0F, 100.0F}) {
      Guarded x(n, 1, 5);
      for (std::int64_t i = 0; i < n; ++i) x.data()[i] += mean;
      const Guarded gamma(n, 2, 6), beta(n, 3, 7);
      Guarded y(n, 0, 8);
      table().layer_norm(
          {.x = x.data(), .gamma = gamma.data(), .beta = beta.data(), .eps = 1e-5F, .y = y.data(), .n = n});
      const auto want = layer_norm_ref(x.data(), gamma.data(), beta.data(), 1e-5F, n);
      // An error of the mean (n/4 roundings of values up to |mean|) is scaled by 1 / deviation, which is about 1 here,
      // or by 1 / sqrt(eps) when all values are one.
      const double tolerance = (n == 1  ? 320
                                : n < 4 ? 30
                                        : 3) *
                               (static_cast<double>(n) / 4 + 8) * FLT_EPSILON * (mean + 3);
      for (std::int64_t i = 0; i < n; ++i)
        ASSERT_LE(std::abs(y.data()[i] - want[static_cast<std::size_t>(i)]), tolerance) << n << " " << mean;
      ASSERT_TRUE(y.intact());
    }
}

TEST_P(PerIsa, LayerNormOfNaNIsNaN) {
  std::vector<float> x(40, 1), gamma(40, 1), beta(40, 0), y(40);
  x[37] = std::nanf("");
  table().layer_norm({.x = x.data(), .gamma = gamma.data(), .beta = beta.data(), .eps = 1e-5F, .y = y.data(), .n = 40});
  for (const float v : y) EXPECT_TRUE(std::isnan(v));
}

TEST_P(PerIsa, AllFiniteSeesEveryPlace) {
  for (std::int64_t n = 0; n <= 130; ++n) {
    Guarded x(n, 1, 9);
    if (n > 0) x.data()[n / 2] = FLT_MAX;
    ASSERT_TRUE(table().all_finite(x.data(), n)) << n;
    for (std::int64_t i = 0; i < n; ++i)
      for (const float bad :
           {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
        const float old = std::exchange(x.data()[i], bad);
        ASSERT_FALSE(table().all_finite(x.data(), n)) << n << " " << i;
        x.data()[i] = old;
      }
  }
}

TEST(Dispatch, ScalarComesFirstAndEveryTableIsItsOwn) {
  const auto isas = available_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), Isa::kScalar);
  for (const Isa isa : isas) EXPECT_EQ(kernels(isa).isa, isa);
}

}  // namespace
}  // namespace sememe
