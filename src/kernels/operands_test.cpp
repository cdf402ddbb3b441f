// Products of bfloat16 and of bytes, and the making of their operands.

#include <gtest/gtest.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "kernels/kernels_ref.h"

namespace sememe {
namespace {

class OperandsPerIsa : public testing::TestWithParam<Isa> {
 protected:
  const KernelTable& table() const { return kernels(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Kernels, OperandsPerIsa, testing::ValuesIn(available_isas().begin(), available_isas().end()),
                         [](const auto& suite) { return std::string(kernels(suite.param).name); });

float widened(bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }

/// To nearest even, from the definition.
bf16 rounded(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  std::uint32_t upper = bits >> 16;
  const std::uint32_t lower = bits & 0xFFFF;
  if (lower > 0x8000 || (lower == 0x8000 && (upper & 1) != 0)) ++upper;
  return static_cast<bf16>(upper);
}

std::vector<float> random_floats(std::int64_t n, std::uint64_t stream) {
  const CounterRng rng(2027, stream);
  std::vector<float> x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(rng.normal(static_cast<std::uint64_t>(i)));
  return x;
}

TEST_P(OperandsPerIsa, FloatsAreRoundedToTheNearestBfloat16) {
  std::vector<float> xs = {0.0F, -0.0F, FLT_MAX, -FLT_MAX, INFINITY, -INFINITY, FLT_MIN};
  for (std::uint32_t upper = 0x0080; upper < 0x7F80; upper += 7)
    for (const std::uint32_t lower : {0x0000U, 0x0001U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU})
      for (const std::uint32_t sign : {0U, 0x80000000U}) xs.push_back(std::bit_cast<float>(sign | upper << 16 | lower));
  std::vector<bf16> got(xs.size());
  table().to_bf16(xs.data(), got.data(), std::ssize(xs));
  for (std::size_t i = 0; i < xs.size(); ++i) ASSERT_EQ(got[i], rounded(xs[i])) << xs[i];
  for (const std::uint32_t bits : {0x7F800001U, 0x7FFFFFFFU, 0xFF800001U, 0xFFFFFFFFU}) {
    const float nan = std::bit_cast<float>(bits);
    bf16 one = 0;
    table().to_bf16(&nan, &one, 1);
    EXPECT_TRUE(std::isnan(widened(one))) << std::hex << bits;
  }
}

TEST_P(OperandsPerIsa, RowsAreWrittenToTheirEndOnly) {
  for (std::int64_t n = 0; n <= 130; ++n) {
    const auto x = random_floats(n, 1);
    std::vector<bf16> halves(static_cast<std::size_t>(n) + 40, 0x1234);
    table().to_bf16(x.data(), halves.data(), n);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n) + 40, 99);
    if (n > 0) table().quantize(x.data(), nullptr, bytes.data(), n);
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const bool inside = i < static_cast<std::size_t>(n);
      ASSERT_EQ(halves[i], inside ? rounded(x[i]) : 0x1234) << n;
      if (!inside) {
        ASSERT_EQ(bytes[i], 99) << n;
      }
    }
  }
}

TEST_P(OperandsPerIsa, BytesAreWithinHalfAStepOfTheirRow) {
  for (std::int64_t n = 1; n <= 130; ++n)
    for (const float shift : {0.0F, 50.0F, -3.0F}) {
      auto x = random_floats(n, 2);
      for (float& v : x) v += shift;
      std::vector<bf16> halves(x.size());
      table().to_bf16(x.data(), halves.data(), n);
      for (const bool from_halves : {false, true}) {
        std::vector<std::uint8_t> bytes(x.size());
        const RowScale s = from_halves ? table().quantize_bf16(halves.data(), bytes.data(), n)
                                       : table().quantize(x.data(), nullptr, bytes.data(), n);
        float low = INFINITY, high = -INFINITY;
        for (std::size_t i = 0; i < x.size(); ++i) {
          const float value = from_halves ? widened(halves[i]) : x[i];
          low = std::min(low, value);
          high = std::max(high, value);
          ASSERT_LE(std::abs(static_cast<double>(s.scale) * bytes[i] + s.offset - value),
                    0.5001 * s.scale + 4 * FLT_EPSILON * std::abs(value))
              << n << " " << i;
        }
        ASSERT_EQ(s.offset, low);
        ASSERT_LE(std::abs(s.scale * 255 - (high - low)), 4 * FLT_EPSILON * (high - low));
      }
    }
  const std::vector<float> same(37, 2.5F);
  std::vector<std::uint8_t> bytes(37, 7);
  const RowScale s = table().quantize(same.data(), nullptr, bytes.data(), 37);
  EXPECT_EQ(s.scale, 0);
  EXPECT_EQ(s.offset, 2.5F);
  EXPECT_EQ(bytes, std::vector<std::uint8_t>(37, 0));
}

/// Operands of every type with the values that they stand for, packed as the table wants them.
struct Problem {
  Problem(const KernelTable& t, NumberType type_, std::int64_t m_, std::int64_t n_, std::int64_t k_, std::int64_t pad_)
      : table(t),
        type(type_),
        m(m_),
        n(n_),
        k(k_),
        ratio(type == NumberType::kBfloat16 ? 2 : 4),
        steps((k + ratio - 1) / ratio),
        stride((steps + pad_) * ratio),
        width(t.panel_width),
        panels((n + width - 1) / width),
        x(static_cast<std::size_t>(m * k)),
        w(static_cast<std::size_t>(k * n)),
        residual(random_floats(m * n, 5)),
        rows(m * stride * 4 / ratio, std::byte{0}),
        packed(panels * steps * width * 4, std::byte{0}),
        bias(panels * width, 0.0F),
        scale(panels * width, 0.0F),
        sum(panels * width, 0.0F),
        x_scale(m) {
    const auto xs = random_floats(m * k, 6), ws = random_floats(k * n, 7), bs = random_floats(n, 8);
    const CounterRng rng(2027, 9);
    for (std::int64_t j = 0; j < n; ++j) {
      bias[j] = bs[static_cast<std::size_t>(j)];
      scale[j] = 0.01F + 0.001F * static_cast<float>(j);
    }
    for (std::int64_t i = 0; i < m; ++i) x_scale[i] = {0.02F + 0.003F * static_cast<float>(i), -1.5F};
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t kk = 0; kk < k; ++kk) {
        const auto at = static_cast<std::size_t>(i * k + kk);
        if (type == NumberType::kBfloat16) {
          const bf16 half = rounded(xs[at]);
          std::memcpy(rows.data() + (i * stride + kk) * 2, &half, 2);
          x[at] = widened(half);
        } else {
          const auto byte = static_cast<std::uint8_t>(rng.word(at));  // all of 0 to 255: sums that would saturate
          std::memcpy(rows.data() + i * stride + kk, &byte, 1);
          x[at] = static_cast<double>(x_scale[i].scale) * byte + static_cast<double>(x_scale[i].offset);
        }
      }
    for (std::int64_t j = 0; j < n; ++j) {
      double bytes = 0;
      for (std::int64_t kk = 0; kk < k; ++kk) {
        const auto at = static_cast<std::size_t>(kk * n + j);
        std::byte* const to = packed.data() + ((j / width * steps + kk / ratio) * width + j % width) * 4;
        if (type == NumberType::kBfloat16) {
          const bf16 half = rounded(ws[at]);
          std::memcpy(to + kk % 2 * 2, &half, 2);
          w[at] = widened(half);
        } else {
          const auto byte = static_cast<std::int8_t>(static_cast<int>(rng.word(1000000 + at) % 255) - 127);
          std::memcpy(to + kk % 4, &byte, 1);
          bytes += byte;
          w[at] = static_cast<double>(scale[j]) * byte;
        }
      }
      sum[j] = static_cast<float>(scale[j] * bytes);
    }
  }

  /// y (M, N) of `Y`, rows n + 3 apart, marked outside.
  template <class Y>
  std::vector<Y> run(Activation f, bool add, Y mark, std::int64_t first = 0, std::int64_t count = -1) const {
    std::vector<Y> y(static_cast<std::size_t>(m * (n + 3)), mark);
    const auto gemm = type == NumberType::kBfloat16 ? table.gemm_bf16 : table.gemm_int8;
    gemm({.x = rows.data() + first * stride * 4 / ratio,
          .x_stride = stride,
          .panels = packed.data(),
          .bias = bias.data(),
          .residual = add ? residual.data() + first * n : nullptr,
          .residual_stride = n,
          .y = y.data() + first * (n + 3),
          .y_stride = n + 3,
          .m = count < 0 ? m : count,
          .n = n,
          .k = k,
          .panel_end = panels,
          .activation = f,
          .y_type = sizeof(Y) == 2 ? NumberType::kBfloat16 : NumberType::kFloat32,
          .x_scale = x_scale.data() + first,
          .w_scale = scale.data(),
          .w_sum = sum.data()});
    return y;
  }

  const KernelTable& table;
  NumberType type;
  std::int64_t m, n, k, ratio, steps, stride, width, panels;
  std::vector<double> x, w;
  std::vector<float> residual;
  Buffer<std::byte> rows, packed;
  Buffer<float> bias, scale, sum;
  Buffer<RowScale> x_scale;
};

void check(const KernelTable& table, NumberType type, std::int64_t m, std::int64_t n, std::int64_t k,
           std::int64_t pad) {
  const Problem p(table, type, m, n, k, pad);
  const float mark = -77;
  const bf16 half_mark = 0x4321;
  for (const bool gelu : {false, true})
    for (const bool add : {false, true}) {
      const Activation f = gelu ? Activation::kGelu : Activation::kIdentity;
      const std::vector<float> floats = p.run(f, add, mark);
      const std::vector<bf16> halves = p.run(f, add, half_mark);
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          double sum = p.bias[j], magnitude = std::abs(sum);
          for (std::int64_t kk = 0; kk < k; ++kk) {
            const double term = p.x[static_cast<std::size_t>(i * k + kk)] * p.w[static_cast<std::size_t>(kk * n + j)];
            sum += term;
            magnitude += std::abs(term);
          }
          if (type == NumberType::kInt8)  // the bytes are summed exactly, but as a product of scale and of offset
            magnitude += 255 * p.x_scale[i].scale * p.scale[j] * 127 * static_cast<double>(k);
          const double added = add ? p.residual[static_cast<std::size_t>(i * n + j)] : 0;
          const double want = (gelu ? gelu_ref(sum) : sum) + added;
          const double of_gelu = !gelu ? 0 : type == NumberType::kInt8 ? 1.2e-3 : 1e-6;
          const double bound =
              1.2 * (static_cast<double>(k) + 6) * FLT_EPSILON * (magnitude + std::abs(added)) + of_gelu;
          const auto at = static_cast<std::size_t>(i * (n + 3) + j);
          ASSERT_LE(std::abs(floats[at] - want), bound) << m << " " << n << " " << k << " at " << i << ", " << j;
          ASSERT_LE(std::abs(widened(halves[at]) - want), bound + std::abs(want) / 256 + (gelu ? 1e-4 : 0))
              << m << " " << n << " " << k << " at " << i << ", " << j;
        }
        for (std::int64_t j = n; j < n + 3; ++j) {
          ASSERT_EQ(floats[static_cast<std::size_t>(i * (n + 3) + j)], mark) << "between rows, n " << n;
          ASSERT_EQ(halves[static_cast<std::size_t>(i * (n + 3) + j)], half_mark) << "between rows, n " << n;
        }
      }
    }
}

constexpr NumberType kTypes[] = {NumberType::kBfloat16, NumberType::kInt8};

TEST_P(OperandsPerIsa, ProductsAgreeWithReferenceForEverySmallShape) {
  for (const NumberType type : kTypes) {
    for (std::int64_t m = 1; m <= 30; ++m)
      for (const std::int64_t n : {1, 3, 15, 16, 17, 31, 32, 33, 35, 65}) check(table(), type, m, n, 7, m % 3);
    for (std::int64_t m = 31; m <= 130; ++m) check(table(), type, m, 33, 5, m % 3);
    for (std::int64_t n = 1; n <= 130; ++n) check(table(), type, 5, n, 9, 1);
    for (std::int64_t k = 1; k <= 130; ++k) check(table(), type, 3, 20, k, 2);
  }
}

TEST_P(OperandsPerIsa, ProductsAgreeWithReferenceForShapesOfModels) {
  for (const NumberType type : kTypes) {
    check(table(), type, 33, 384, 384, 16);
    check(table(), type, 500, 40, 1536, 0);  // more rows than one block takes
  }
}

TEST_P(OperandsPerIsa, RowsDoNotDependOnTheRowsBesideThem) {
  for (const NumberType type : kTypes) {
    const Problem p(table(), type, 45, 70, 50, 1);
    const std::vector<float> all = p.run(Activation::kGelu, true, 0.0F);
    for (const std::int64_t rows : {1, 2, 5, 7, 13, 14, 15, 29, 44})
      for (const std::int64_t first : {std::int64_t{0}, 45 - rows}) {
        const std::vector<float> part = p.run(Activation::kGelu, true, 0.0F, first, rows);
        for (std::int64_t i = first; i < first + rows; ++i)
          ASSERT_EQ(std::memcmp(part.data() + i * 73, all.data() + i * 73, 70 * sizeof(float)), 0)
              << rows << " from " << first;
      }
  }
}

void check_attention(const KernelTable& table, std::int64_t tokens, std::int64_t head_dim) {
  const std::int64_t stride = 3 * head_dim + 5, out_stride = head_dim + 2;
  std::vector<float> exact = random_floats(tokens * stride, 21);
  std::vector<bf16> halves(exact.size() + 64);
  for (std::size_t i = 0; i < exact.size(); ++i) exact[i] = widened(halves[i] = rounded(exact[i]));
  std::vector<bf16> out(static_cast<std::size_t>(tokens * out_stride), 0x4321);
  Buffer<float> scratch(table.attention_scratch(tokens, head_dim), std::nanf(""));
  AttentionArgs a{.q = halves.data(),
                  .k = halves.data() + head_dim,
                  .v = halves.data() + 2 * head_dim,
                  .stride = stride,
                  .out = out.data(),
                  .out_stride = out_stride,
                  .tokens = tokens,
                  .head_dim = head_dim,
                  .scale = 0.7F,
                  .scratch = scratch.data()};
  table.attention_bf16(a);
  a.q = exact.data();
  a.k = exact.data() + head_dim;
  a.v = exact.data() + 2 * head_dim;
  for (std::int64_t i = 0; i < tokens; ++i) {
    const auto want = attention_ref(a, i);
    for (std::int64_t d = 0; d < head_dim; ++d)
      // A weight and the result are rounded to 2^-9, values are below 5; weights sum to one.
      ASSERT_LE(
          std::abs(widened(out[static_cast<std::size_t>(i * out_stride + d)]) - want[static_cast<std::size_t>(d)]),
          2 * 5.0 / 512)
          << tokens << " tokens, head " << head_dim << " at " << i << ", " << d;
    for (std::int64_t d = head_dim; d < out_stride; ++d)
      ASSERT_EQ(out[static_cast<std::size_t>(i * out_stride + d)], 0x4321);
  }
}

TEST_P(OperandsPerIsa, AttentionInBfloat16AgreesWithReference) {
  for (const std::int64_t head_dim : {1, 7, 12, 16, 33, 64, 100})
    for (const std::int64_t tokens : {1, 2, 6, 7, 15, 16, 17, 31, 32, 33, 64, 65, 130})
      check_attention(table(), tokens, head_dim);
  for (std::int64_t tokens = 1; tokens <= 130; ++tokens) check_attention(table(), tokens, 32);
  check_attention(table(), 512, 32);
}

// Two keys whose scores are `apart`: the share that the lower one gets.
float share_of_second(const KernelTable& table, float apart) {
  const bf16 one = rounded(1.0F);
  const bf16 qkv[] = {one, 0, 0, one, rounded(-apart), one};  // two tokens of (q, k, v)
  bf16 out[2] = {};
  Buffer<float> scratch(table.attention_scratch(2, 1));
  table.attention_bf16({.q = qkv,
                        .k = qkv + 1,
                        .v = qkv + 2,
                        .stride = 3,
                        .out = out,
                        .out_stride = 1,
                        .tokens = 2,
                        .head_dim = 1,
                        .scale = 1,
                        .scratch = scratch.data()});
  return widened(out[0]);
}

TEST_P(OperandsPerIsa, WeightsOfAttentionInBfloat16FollowTheExponential) {
  for (float apart = 0; apart < 80; apart += apart < 8 ? 0.01F : 0.3F) {
    const double weight = std::exp(-static_cast<double>(widened(rounded(apart)))), want = weight / (1 + weight);
    // Half a step of 2^(1/128), then two weights and the result are rounded to bfloat16.
    ASSERT_LE(std::abs(share_of_second(table(), apart) - want), want * (0.0028 + 3.0 / 256)) << apart;
  }
  for (const float apart : {150.0F, 1e4F, 1e30F}) ASSERT_EQ(share_of_second(table(), apart), 0) << apart;
}

TEST_P(OperandsPerIsa, FactorsMultiplyTheColumnsOfBytes) {
  for (std::int64_t n = 1; n <= 130; ++n) {
    const auto x = random_floats(n, 31), factors = random_floats(n, 32);
    std::vector<float> product(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) product[i] = x[i] * factors[i];
    std::vector<std::uint8_t> got(x.size()), want(x.size());
    const RowScale a = table().quantize(x.data(), factors.data(), got.data(), n);
    const RowScale b = table().quantize(product.data(), nullptr, want.data(), n);
    ASSERT_EQ(got, want) << n;
    ASSERT_EQ(a.scale, b.scale);
    ASSERT_EQ(a.offset, b.offset);
  }
}

// A row's norm is the same alone and beside others, and what it hands on is the norm in the other type.
TEST_P(OperandsPerIsa, NormsHandTheirRowsOn) {
  for (const std::int64_t n : {1, 5, 16, 31, 32, 40, 100, 384})
    for (const NumberType type : kTypes) {
      const std::int64_t rows = 5, stride = n + 3, next_stride = (n + 7) / 4 * 4;
      const auto x = random_floats(rows * stride, 41), gamma = random_floats(n, 42), beta = random_floats(n, 43),
                 factors = random_floats(n, 44);
      std::vector<float> y(x.size(), -9);
      const std::int64_t size = type == NumberType::kBfloat16 ? 2 : 1;
      std::vector<std::byte> next(static_cast<std::size_t>(rows * next_stride * size), std::byte{0x5A});
      std::vector<RowScale> scales(static_cast<std::size_t>(rows));
      table().layer_norm({.x = x.data(),
                          .x_stride = stride,
                          .gamma = gamma.data(),
                          .beta = beta.data(),
                          .eps = 1e-5F,
                          .y = y.data(),
                          .y_stride = stride,
                          .rows = rows,
                          .n = n,
                          .next_type = type,
                          .next = next.data(),
                          .next_stride = next_stride,
                          .scales = scales.data(),
                          .factors = factors.data()});
      for (std::int64_t i = 0; i < rows; ++i) {
        std::vector<float> alone(static_cast<std::size_t>(n));
        table().layer_norm({.x = x.data() + i * stride,
                            .gamma = gamma.data(),
                            .beta = beta.data(),
                            .eps = 1e-5F,
                            .y = alone.data(),
                            .n = n});
        ASSERT_EQ(std::memcmp(alone.data(), y.data() + i * stride, alone.size() * sizeof(float)), 0) << n << " " << i;
        for (std::int64_t j = n; j < stride; ++j) ASSERT_EQ(y[static_cast<std::size_t>(i * stride + j)], -9);
        std::vector<std::byte> want(static_cast<std::size_t>(next_stride * size), std::byte{0x5A});
        if (type == NumberType::kBfloat16) {
          table().to_bf16(alone.data(), reinterpret_cast<bf16*>(want.data()), n);
        } else {
          const RowScale s =
              table().quantize(alone.data(), factors.data(), reinterpret_cast<std::uint8_t*>(want.data()), n);
          ASSERT_EQ(scales[static_cast<std::size_t>(i)].scale, s.scale);
          ASSERT_EQ(scales[static_cast<std::size_t>(i)].offset, s.offset);
        }
        ASSERT_EQ(std::memcmp(want.data(), next.data() + i * next_stride * size, want.size()), 0) << n << " " << i;
      }
    }
}

TEST_P(OperandsPerIsa, SpinCountsItsOperations) {
  for (const NumberType type : {NumberType::kFloat32, NumberType::kBfloat16, NumberType::kInt8}) {
    const double one = table().spin(type, 1);
    EXPECT_GT(one, 0);
    EXPECT_EQ(table().spin(type, 10), 10 * one);
  }
}

}  // namespace
}  // namespace sememe
