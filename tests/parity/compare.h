#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <string>

namespace sememe::test {

/// Every component within `tolerance` of the expected one; NaN fails.
inline void expect_close(std::span<const float> got, std::span<const float> want, double tolerance,
                         const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double off = std::abs(static_cast<double>(got[i]) - want[i]);
    if (!(off <= worst)) worst = off, at = i;
  }
  EXPECT_LE(worst, tolerance) << what << ", component " << at << ": got " << got[at] << ", want " << want[at];
}

inline double cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return dot / std::sqrt(aa * bb);
}

inline double largest(std::span<const float> x) {
  double m = 0;
  for (const float v : x) m = std::max(m, std::abs(static_cast<double>(v)));
  return m;
}

}  // namespace sememe::test
