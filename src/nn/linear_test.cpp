#include "nn/linear.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/kernels_ref.h"

namespace sememe {
namespace {

std::vector<float> random_floats(std::int64_t n, std::uint64_t stream) {
  const CounterRng rng(3, stream);
  std::vector<float> x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(rng.normal(static_cast<std::uint64_t>(i)));
  return x;
}

double apply(Activation a, double x) {
  switch (a) {
    case Activation::kIdentity:
      return x;
    case Activation::kGelu:
      return gelu_ref(x);
    case Activation::kGeluTanh:
      return gelu_tanh_ref(x);
    case Activation::kQuickGelu:
      return quick_gelu_ref(x);
    case Activation::kRelu:
      return x > 0 ? x : 0;
    case Activation::kSilu:
      return silu_ref(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return sigmoid_ref(x);
  }
  return NAN;
}

constexpr Activation kAll[] = {Activation::kIdentity, Activation::kGelu, Activation::kGeluTanh, Activation::kQuickGelu,
                               Activation::kRelu,     Activation::kSilu, Activation::kTanh,     Activation::kSigmoid};

TEST(Linear, GivesBackWhatWasPacked) {
  ThreadPool pool(2);
  for (const auto& [in, out] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {35, 101}, {17, 32}}) {
    const auto w = random_floats(out * in, 2), b = random_floats(out, 3);
    const Linear linear(MatView<const float>(w.data(), out, in), b, pool);
    const Matrix weight = linear.weight(pool);
    ASSERT_EQ(weight.rows(), out);
    ASSERT_EQ(weight.cols(), in);
    EXPECT_EQ(std::memcmp(weight.data(), w.data(), w.size() * sizeof(float)), 0);
    EXPECT_TRUE(std::equal(b.begin(), b.end(), linear.bias().begin(), linear.bias().end()));
  }
}

TEST(Linear, IsTheFormulaForEveryActivationShapeAndPool) {
  for (const auto& [n, in, out] : {std::array<std::int64_t, 3>{1, 1, 1}, {3, 35, 101}, {20, 36, 33}, {17, 64, 200}}) {
    const auto x = random_floats(n * in, 1), w = random_floats(out * in, 2), b = random_floats(out, 3),
               r = random_floats(n * out, 4);
    for (const int threads : {1, 2}) {
      ThreadPool pool(threads);
      for (const bool bias : {false, true}) {
        const Linear linear(MatView<const float>(w.data(), out, in),
                            bias ? std::span<const float>(b) : std::span<const float>(), pool);
        EXPECT_EQ(linear.in_features(), in);
        EXPECT_EQ(linear.out_features(), out);
        for (const Activation a : kAll) {
          std::vector<float> y(static_cast<std::size_t>(n * out), NAN);
          linear.forward(MatView<const float>(x.data(), n, in), MatView<float>(y.data(), n, out), a,
                         MatView<const float>(r.data(), n, out), &pool);
          for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < out; ++j) {
              double sum = bias ? b[static_cast<std::size_t>(j)] : 0, magnitude = 0;
              for (std::int64_t k = 0; k < in; ++k) {
                const double term = static_cast<double>(x[static_cast<std::size_t>(i * in + k)]) *
                                    w[static_cast<std::size_t>(j * in + k)];
                sum += term;
                magnitude += std::abs(term);
              }
              const auto at = static_cast<std::size_t>(i * out + j);
              const double bound = 1.5 * static_cast<double>(in + 4) * FLT_EPSILON * (magnitude + 5) + 1e-6;
              ASSERT_LE(std::abs(y[at] - (apply(a, sum) + r[at])), bound)
                  << activation_name(a) << " " << i << ", " << j;
            }
        }
      }
    }
  }
}

TEST(Linear, OutputMayBeTheResidualAndPoolsDoNotChangeBits) {
  const std::int64_t n = 30, d = 70;
  const auto x = random_floats(n * d, 5), w = random_floats(d * d, 6), start = random_floats(n * d, 7);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    const Linear linear(MatView<const float>(w.data(), d, d), {}, pool);
    for (ThreadPool* const use : {static_cast<ThreadPool*>(nullptr), &pool})
      for (const Activation a : {Activation::kIdentity, Activation::kTanh}) {
        std::vector<float> apart(start.size()), y = start;
        linear.forward(MatView<const float>(x.data(), n, d), MatView<float>(apart.data(), n, d), a,
                       MatView<const float>(start.data(), n, d), use);
        linear.forward(MatView<const float>(x.data(), n, d), MatView<float>(y.data(), n, d), a,
                       MatView<const float>(y.data(), n, d), use);
        EXPECT_EQ(y, apart);
        results.push_back(y);
      }
  }
  for (std::size_t i = 2; i < results.size(); ++i) EXPECT_EQ(results[i], results[i % 2]);
}

TEST(Linear, FewerBitsComeCloseForEveryShapeAndPool) {
  for (const auto& [n, in, out] : {std::array<std::int64_t, 3>{1, 1, 1}, {3, 35, 101}, {20, 36, 33}, {17, 130, 200}}) {
    auto x = random_floats(n * in, 1);
    const auto w = random_floats(out * in, 2), b = random_floats(out, 3), r = random_floats(n * out, 4);
    const MatView<float> view(x.data(), n, in);
    Matrix exact(n, out);
    ThreadPool pool(2);
    Linear(MatView<const float>(w.data(), out, in), b, pool)
        .forward(view, exact.view(), Activation::kRelu, MatView<const float>(r.data(), n, out));
    for (const auto& [type, step] :
         {std::pair{NumberType::kBfloat16, 1.0 / 256}, std::pair{NumberType::kInt8, 1.0 / 40}}) {
      const Linear linear(MatView<const float>(w.data(), out, in), b, pool, type);
      EXPECT_EQ(linear.type(), type);
      RowsBuffer operand;
      operand.reserve(type, n, in);
      convert(view, operand.view(n), &pool);
      std::vector<std::vector<float>> results;
      for (ThreadPool* const use : {static_cast<ThreadPool*>(nullptr), &pool}) {
        std::vector<float> y(static_cast<std::size_t>(n * out), NAN);
        linear.forward(operand.view(n), Rows(MatView<float>(y.data(), n, out)), Activation::kRelu,
                       MatView<const float>(r.data(), n, out), use);
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t j = 0; j < out; ++j) {
            double squares = 0;  // errors of the terms are independent: five deviations of their sum
            for (std::int64_t k = 0; k < in; ++k) {
              const double term = static_cast<double>(x[static_cast<std::size_t>(i * in + k)]) *
                                  w[static_cast<std::size_t>(j * in + k)];
              squares += term * term + 1;
            }
            ASSERT_LE(std::abs(y[static_cast<std::size_t>(i * out + j)] - exact.row(i)[static_cast<std::size_t>(j)]),
                      5 * step * std::sqrt(squares))
                << i << ", " << j << " of " << in << " to " << out;
          }
        results.push_back(y);
      }
      EXPECT_EQ(results[0], results[1]);
    }
  }
}

TEST(Rows, ConversionsPadTheirRowsWithZeros) {
  std::vector<float> x = {1, 2, 3, 4, 5, 6};
  for (const NumberType type : {NumberType::kBfloat16, NumberType::kInt8}) {
    RowsBuffer buffer;
    buffer.reserve(type, 2, 3);
    const Rows rows = buffer.view(2);
    std::memset(rows.data, 0xFF, static_cast<std::size_t>(2 * rows.stride * size_of(type)));  // NaN in bfloat16
    convert(MatView<float>(x.data(), 2, 3), rows);
    for (std::int64_t i = 0; i < 2; ++i)
      EXPECT_EQ(static_cast<const std::uint8_t*>(rows.row(i))[3 * size_of(type)], 0) << i;
  }
}

TEST(PaddedStride, HoldsTheRowAndKeepsRowsOffTheSameCacheSets) {
  for (std::int64_t cols = 1; cols < 6000; ++cols) {
    const std::int64_t stride = padded_stride(cols);
    ASSERT_GE(stride, cols);
    ASSERT_LE(stride, cols + 32);
    ASSERT_EQ(stride % 16, 0);
    ASSERT_NE(stride * 4 % 2048, 0);
    for (const NumberType type : {NumberType::kBfloat16, NumberType::kInt8}) {
      const std::int64_t bytes = padded_stride(cols, type) * size_of(type);
      ASSERT_GE(bytes, cols * size_of(type));
      ASSERT_LE(bytes, cols * size_of(type) + 128);
      ASSERT_EQ(bytes % 64, 0);
      ASSERT_NE(bytes % 2048, 0);
    }
  }
}

TEST(Activation, NamesAreKnownBothWays) {
  for (const Activation a : kAll) EXPECT_EQ(parse_activation(activation_name(a)), a);
  EXPECT_EQ(parse_activation("gelu_new"), Activation::kGeluTanh);
  EXPECT_EQ(parse_activation("torch.nn.modules.activation.Tanh"), Activation::kTanh);
  EXPECT_EQ(parse_activation("torch.nn.modules.linear.Identity"), Activation::kIdentity);
  for (const char* unknown : {"", "snake", "GELU ", "modules.activation.Snake"})
    EXPECT_FALSE(parse_activation(unknown)) << unknown;
  EXPECT_NE(known_activations().find("gelu_new"), std::string::npos);
}

}  // namespace
}  // namespace sememe
