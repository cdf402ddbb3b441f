#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/fail.h"
#include "base/log.h"

namespace sememe {
namespace {

TEST(Fail, JoinsItsPartsAndKeepsTheCode) {
  try {
    fail(ErrorCode::kCorrupt, "model.safetensors", ": row ", 7, " of ", std::int64_t{9}, ": ", 0.5, '!');
    FAIL() << "no exception";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kCorrupt);
    EXPECT_STREQ(e.what(), "model.safetensors: row 7 of 9: 0.5!");
  }
}

TEST(Quote, KeepsTextAndEscapesWhatWouldBreakALine) {
  EXPECT_EQ(quote("caf\u00e9"), "'caf\u00e9'");
  EXPECT_EQ(quote("a\nb\x7F"), "'a\\x0ab\\x7f'");
  EXPECT_EQ(quote("\xFF\xC3"), "'\\xff\\xc3'");
  EXPECT_EQ(quote(std::string(100, 'x'), 5), "'xxxxx...'");
}

TEST(Buffer, IsAlignedAndHoldsItsSize) {
  for (const std::int64_t n : {0, 1, 15, 16, 17, 1000}) {
    Buffer<float> b(n, 2.5F);
    EXPECT_EQ(b.size(), n);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.data()) % 64, 0u);
    for (const float x : b) EXPECT_EQ(x, 2.5F);
  }
}

TEST(Buffer, RefusesAbsurdSizesInsteadOfWrappingAround) {
  EXPECT_THROW(Buffer<double>(-1), std::bad_alloc);
  EXPECT_THROW(Buffer<double>(std::numeric_limits<std::int64_t>::max()), std::bad_alloc);
}

TEST(Buffer, MovesWithoutCopying) {
  Buffer<int> a(3, 7);
  const int* const data = a.data();
  Buffer<int> b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(b[2], 7);
}

TEST(MatView, RowsAreAStrideApart) {
  std::vector<float> v(12);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i);
  const MatView<float> m(v.data(), 3, 2, 4);
  EXPECT_EQ(m.row(2)[1], 9);
  const MatView<const float> part = m.slice_rows(1, 2);
  EXPECT_EQ(part.rows, 2);
  EXPECT_EQ(part.row_span(0)[0], 4);
  EXPECT_EQ(part.row_span(1).size(), 2u);
}

TEST(Matrix, StartsAsZerosAndMoves) {
  Matrix m(2, 3);
  EXPECT_EQ(m.row(1)[2], 0);
  m.row(1)[2] = 4;
  const Matrix n = std::move(m);
  EXPECT_EQ(n.view().row(1)[2], 4);
}

TEST(Log, GoesToTheHandlerAndNowhereWithoutOne) {
  std::vector<std::string> seen;
  set_log_handler([&](LogLevel level, std::string_view message) {
    seen.push_back(concat(level == LogLevel::kWarning ? "W " : "I ", message));
  });
  log_warning("rows ", 3);
  log_info("done");
  set_log_handler({});
  log_warning("nobody hears");
  EXPECT_EQ(seen, (std::vector<std::string>{"W rows 3", "I done"}));
}

}  // namespace
}  // namespace sememe
