#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "kernels/kernels.h"
#include "kernels/kernels_ref.h"
#include "kernels/test_data.h"

namespace sememe {
namespace {

using test::Guarded;

class GemmPerIsa : public testing::TestWithParam<Isa> {
 protected:
  const KernelTable& table() const { return kernels(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Kernels, GemmPerIsa, testing::ValuesIn(available_isas().begin(), available_isas().end()),
                         [](const auto& suite) { return std::string(kernels(suite.param).name); });

/// Random x (M, K), W (K, N), bias and residual, W packed as the table wants it.
struct Problem {
  Problem(const KernelTable& t, std::int64_t m_, std::int64_t n_, std::int64_t k_, std::int64_t pad_)
      : table(t),
        m(m_),
        n(n_),
        k(k_),
        pad(pad_),
        width(t.panel_width),
        panels((n + width - 1) / width),
        x(m * (k + pad), 1, 11),
        w(k * n, 0, 12),
        residual(m * (n + pad), 3, 13),
        packed(panels * k * width, 0.0F),
        bias(panels * width, 0.0F) {
    const CounterRng rng(1, 14);
    for (std::int64_t j = 0; j < n; ++j) bias[j] = rng.normal(static_cast<std::uint64_t>(j));
    for (std::int64_t kk = 0; kk < k; ++kk)
      for (std::int64_t j = 0; j < n; ++j) packed[(j / width * k + kk) * width + j % width] = w.data()[kk * n + j];
  }

  /// y (M, N) with rows n + pad apart.
  Guarded run(Activation activation, bool add_residual, std::int64_t first_row = 0, std::int64_t rows = -1,
              std::int64_t panel_begin = 0, std::int64_t panel_end = -1) const {
    Guarded y(m * (n + pad), 2, 15);
    table.gemm({.x = x.data() + first_row * (k + pad),
                .x_stride = k + pad,
                .panels = packed.data(),
                .bias = bias.data(),
                .residual = add_residual ? residual.data() + first_row * (n + pad) : nullptr,
                .residual_stride = n + pad,
                .y = y.data() + first_row * (n + pad),
                .y_stride = n + pad,
                .m = rows < 0 ? m : rows,
                .n = n,
                .k = k,
                .panel_begin = panel_begin,
                .panel_end = panel_end < 0 ? panels : panel_end,
                .activation = activation});
    return y;
  }

  const KernelTable& table;
  std::int64_t m, n, k, pad, width, panels;
  Guarded x, w, residual;
  Buffer<float> packed, bias;
};

void check(const KernelTable& table, std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t pad) {
  const Problem p(table, m, n, k, pad);
  const Guarded untouched(m * (n + pad), 2, 15);
  for (const bool gelu : {false, true})
    for (const bool residual : {false, true}) {
      const Guarded y = p.run(gelu ? Activation::kGelu : Activation::kIdentity, residual);
      ASSERT_TRUE(y.intact());
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          double sum = 0, magnitude = 0;
          for (std::int64_t kk = 0; kk < k; ++kk) {
            const double term = static_cast<double>(p.x.data()[i * (k + pad) + kk]) * p.w.data()[kk * n + j];
            sum += term;
            magnitude += std::abs(term);
          }
          const double added = residual ? p.residual.data()[i * (n + pad) + j] : 0;
          const double want = (gelu ? gelu_ref(sum + p.bias[j]) : sum + p.bias[j]) + added;
          // One chain of k additions (Higham 2002, eq. 3.5); GELU's slope is at most 1.13, its own error 1e-6.
          const double bound =
              1.2 * (static_cast<double>(k) + 3) * FLT_EPSILON * (magnitude + std::abs(p.bias[j]) + std::abs(added)) +
              (gelu ? 1e-6 * (1 + std::abs(want)) : 0);
          ASSERT_LE(std::abs(y.data()[i * (n + pad) + j] - want), bound)
              << "m " << m << " n " << n << " k " << k << " pad " << pad << " at " << i << ", " << j;
        }
        for (std::int64_t j = n; j < n + pad; ++j)
          ASSERT_EQ(y.data()[i * (n + pad) + j], untouched.data()[i * (n + pad) + j]) << "between rows, n " << n;
      }
    }
}

TEST_P(GemmPerIsa, AgreesWithReferenceForEverySmallShape) {
  for (std::int64_t m = 1; m <= 30; ++m)
    for (const std::int64_t n : {1, 3, 15, 16, 17, 31, 32, 33, 35}) check(table(), m, n, 7, m % 3);
  for (std::int64_t m = 31; m <= 130; ++m) check(table(), m, 33, 5, m % 3);
  for (std::int64_t n = 1; n <= 130; ++n) check(table(), 5, n, 9, 1);
  for (std::int64_t k = 1; k <= 130; ++k) check(table(), 3, 20, k, 2);
}

TEST_P(GemmPerIsa, AgreesWithReferenceForShapesOfModels) {
  check(table(), 40, 101, 36, 0);
  check(table(), 33, 384, 384, 16);
  check(table(), 300, 40, 1536, 0);  // more rows than one block takes
}

TEST_P(GemmPerIsa, RowsDoNotDependOnTheRowsBesideThem) {
  const Problem p(table(), 45, 70, 50, 3);
  const Guarded all = p.run(Activation::kGelu, true);
  for (const std::int64_t rows : {1, 2, 5, 7, 13, 14, 15, 29, 44})
    for (const std::int64_t first : {std::int64_t{0}, 45 - rows}) {
      const Guarded part = p.run(Activation::kGelu, true, first, rows);
      for (std::int64_t i = first; i < first + rows; ++i)
        ASSERT_EQ(std::memcmp(part.data() + i * 73, all.data() + i * 73, 70 * sizeof(float)), 0)
            << rows << " from " << first;
    }
}

TEST_P(GemmPerIsa, PanelsCanBeSharedOut) {
  const Problem p(table(), 9, 3 * table().panel_width + 5, 20, 0);
  const Guarded all = p.run(Activation::kIdentity, false), untouched(9 * p.n, 2, 15);
  for (std::int64_t panel = 0; panel < p.panels; ++panel) {
    const Guarded part = p.run(Activation::kIdentity, false, 0, -1, panel, panel + 1);
    for (std::int64_t i = 0; i < 9; ++i)
      for (std::int64_t j = 0; j < p.n; ++j)
        ASSERT_EQ(part.data()[i * p.n + j], (j / p.width == panel ? all : untouched).data()[i * p.n + j])
            << i << " " << j;
  }
}

TEST_P(GemmPerIsa, NaNReachesItsRowAndNoOther) {
  Problem p(table(), 20, 40, 30, 0);
  p.x.data()[7 * 30 + 29] = std::nanf("");
  const Guarded y = p.run(Activation::kIdentity, false);
  for (std::int64_t i = 0; i < 20; ++i)
    for (std::int64_t j = 0; j < 40; ++j) ASSERT_EQ(std::isnan(y.data()[i * 40 + j]), i == 7) << i << " " << j;
}

void check_attention(const KernelTable& table, std::int64_t tokens, std::int64_t head_dim) {
  const std::int64_t stride = 3 * head_dim + 5;
  const Guarded qkv(tokens * stride, 1, 21);
  Guarded out(tokens * (head_dim + 2), 0, 22);
  const Guarded untouched(tokens * (head_dim + 2), 0, 22);
  Buffer<float> scratch(table.attention_scratch(tokens, head_dim), std::nanf(""));
  const AttentionArgs a{.q = qkv.data(),
                        .k = qkv.data() + head_dim,
                        .v = qkv.data() + 2 * head_dim,
                        .stride = stride,
                        .out = out.data(),
                        .out_stride = head_dim + 2,
                        .tokens = tokens,
                        .head_dim = head_dim,
                        .scale = 0.7F,
                        .scratch = scratch.data()};
  table.attention(a);
  ASSERT_TRUE(out.intact());
  for (std::int64_t i = 0; i < tokens; ++i) {
    const auto want = attention_ref(a, i);
    // Scores have errors of head_dim roundings, which the exponential passes on; values are normal, below 5.
    const double tolerance =
        5 * FLT_EPSILON * (4 * static_cast<double>(head_dim) + static_cast<double>(tokens) / 4 + 16);
    for (std::int64_t d = 0; d < head_dim; ++d)
      ASSERT_LE(std::abs(out.data()[i * (head_dim + 2) + d] - want[static_cast<std::size_t>(d)]), tolerance)
          << tokens << " tokens, head of " << head_dim << ", at " << i << ", " << d;
    for (std::int64_t d = head_dim; d < head_dim + 2; ++d)
      ASSERT_EQ(out.data()[i * (head_dim + 2) + d], untouched.data()[i * (head_dim + 2) + d]);
  }
}

TEST_P(GemmPerIsa, AttentionAgreesWithReference) {
  for (const std::int64_t head_dim : {1, 7, 12, 16, 33, 64, 100})
    for (const std::int64_t tokens : {1, 2, 6, 7, 15, 16, 17, 31, 32, 33, 64, 65, 130})
      check_attention(table(), tokens, head_dim);
  for (std::int64_t tokens = 1; tokens <= 130; ++tokens) check_attention(table(), tokens, 32);
}

TEST_P(GemmPerIsa, AttentionKeepsLargeScoresApart) {
  // Scores of +-1000: a softmax without the row maximum would overflow.
  const float qkv[] = {1000, 1, 5, 1000, -1, 7};  // two tokens of (q, k, v)
  float out[2] = {};
  Buffer<float> scratch(table().attention_scratch(2, 1));
  table().attention({.q = qkv,
                     .k = qkv + 1,
                     .v = qkv + 2,
                     .stride = 3,
                     .out = out,
                     .out_stride = 1,
                     .tokens = 2,
                     .head_dim = 1,
                     .scale = 1,
                     .scratch = scratch.data()});
  EXPECT_EQ(out[0], 5);
  EXPECT_EQ(out[1], 5);
}

}  // namespace
}  // namespace sememe
