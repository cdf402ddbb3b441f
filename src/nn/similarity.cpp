#include "sememe/similarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/fail.h"
#include "kernels/kernels.h"

namespace sememe {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"cosine", "dot", "euclidean", "manhattan"};

/// 1 / |x|, 0 for a vector of zeros: its cosine with anything is then 0.
double inverse_norm(std::span<const float> x) {
  double squares = 0;
  for (const float v : x) squares += static_cast<double>(v) * v;
  return squares > 0 ? 1 / std::sqrt(squares) : squares;
}

float value(Measure measure, const float* a, const float* b, std::int64_t n, double inverse_a, double inverse_b) {
  const KernelTable& table = kernels();
  switch (measure) {
    case Measure::kCosine:
      return static_cast<float>(table.dot(a, b, n) * inverse_a * inverse_b);
    case Measure::kDot:
      return table.dot(a, b, n);
    case Measure::kEuclidean:
      return -std::sqrt(table.squared_distance(a, b, n));
    case Measure::kManhattan:
      return -table.absolute_distance(a, b, n);
  }
  return 0;
}

std::vector<double> inverse_norms(MatView<const float> rows, Measure measure) {
  std::vector<double> inverse(static_cast<std::size_t>(rows.rows), 1.0);
  if (measure == Measure::kCosine)
    for (std::int64_t i = 0; i < rows.rows; ++i) inverse[static_cast<std::size_t>(i)] = inverse_norm(rows.row_span(i));
  return inverse;
}

}  // namespace

std::optional<Measure> parse_measure(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<Measure>(at - kNames.begin());
}

std::string_view measure_name(Measure measure) { return kNames[static_cast<std::size_t>(measure)]; }

float similarity(std::span<const float> a, std::span<const float> b, Measure measure) {
  if (a.size() != b.size())
    fail(ErrorCode::kInvalidArgument, "similarity: expected vectors of one length, found ", a.size(), " and ",
         b.size());
  const bool cosine = measure == Measure::kCosine;
  return value(measure, a.data(), b.data(), static_cast<std::int64_t>(a.size()), cosine ? inverse_norm(a) : 1,
               cosine ? inverse_norm(b) : 1);
}

Matrix similarity_matrix(MatView<const float> a, MatView<const float> b, Measure measure) {
  if (a.cols != b.cols)
    fail(ErrorCode::kInvalidArgument, "similarity: expected rows of one length, found ", a.cols, " and ", b.cols);
  Matrix out(a.rows, b.rows);
  const std::vector<double> inverse_a = inverse_norms(a, measure), inverse_b = inverse_norms(b, measure);
  constexpr std::int64_t kTile = 64;  // rows of b that stay in L2 while all of a passes
  for (std::int64_t j0 = 0; j0 < b.rows; j0 += kTile)
    for (std::int64_t i = 0; i < a.rows; ++i)
      for (std::int64_t j = j0; j < std::min(b.rows, j0 + kTile); ++j)
        out.row(i)[static_cast<std::size_t>(j)] =
            value(measure, a.row(i), b.row(j), a.cols, inverse_a[static_cast<std::size_t>(i)],
                  inverse_b[static_cast<std::size_t>(j)]);
  return out;
}

}  // namespace sememe
