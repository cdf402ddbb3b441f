#include "words/code_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/kernels.h"
#include "words/state.h"

namespace sememe {
namespace {

/// What a product of directions of which one is by chance is below, but for 1e-9 of all.
double greatest_product(std::int64_t dim) {
  constexpr double kShare = 1e-9;
  return dim > 2 ? std::sqrt(1 - std::pow(2 * kShare, 2 / static_cast<double>(dim - 2))) : 1;
}

constexpr std::int64_t kLanes = 16;  // of a row, coded at a time

/// Beyond these, products may leave the range of a float.
bool can_be_told(float inverse) { return inverse > 1e-15f && inverse < 1e15f; }

CodePlane empty_plane(std::int64_t rows, std::int64_t stride) {
  return {.codes = Buffer<std::uint8_t>(rows * stride / 4, std::uint8_t{0}),
          .scales = Buffer<float>(rows, 0.0f),
          .errors = Buffer<float>(rows, 0.0f)};
}

/// Of a row o and its codes v.
struct Fit {
  std::array<float, kLanes> along{}, squares{};  // sums of v o, v v

  void add(const std::array<float, kLanes>& v, const float* o) {
    for (std::size_t i = 0; i < kLanes; ++i) along[i] += v[i] * o[i];
    for (std::size_t i = 0; i < kLanes; ++i) squares[i] += v[i] * v[i];
  }
  /// `oo`: <o, o>; `beyond`: components of v that are 1, and no part of the row.
  void finish(float oo, float greatest, std::int64_t beyond, std::int64_t row, CodePlane& plane) const {
    const double vo = std::accumulate(along.begin(), along.end(), 0.0),
                 vv = std::accumulate(squares.begin(), squares.end(), 0.0) - static_cast<double>(beyond);
    plane.scales[row] = static_cast<float>(oo / vo);
    plane.errors[row] = greatest * static_cast<float>(std::sqrt(std::max(0.0, vv * oo / (vo * vo) - 1)));
  }
};

/// The direction of the mean of some rows, spread over all; zeros if there is none.
std::vector<float> common_direction(MatView<const float> rows, const float* inverse) {
  constexpr std::int64_t kSome = 4096;
  std::vector<float> sum(static_cast<std::size_t>(rows.cols));
  const std::int64_t step = (rows.rows + kSome - 1) / kSome;
  for (std::int64_t row = 0; row < rows.rows; row += step)
    if (can_be_told(inverse[row])) kernels().axpy(inverse[row], rows.row(row), sum.data(), rows.cols);
  scale_to_unit(sum);
  return sum;
}

}  // namespace

CodeRows make_code_rows(MatView<const float> rows, const float* inverse, ThreadPool& pool) {
  constexpr std::int64_t kBlock = 1024;
  constexpr double kStep = 0.27;       // between 16 levels for components of variance 1, so that 4 are good, too
  constexpr float kSlack = 1.001f;     // for what sums are rounded by
  constexpr float kLeastRest = 1e-4f;  // of a row but for what is common: less is rounding in part
  const KernelTable& table = kernels();
  const std::int64_t dim = rows.cols, stride = (dim + kCodeStep - 1) / kCodeStep * kCodeStep;
  CodeRows out{.stride = stride,
               .rotation = Rotation(dim),
               .common = common_direction(rows, inverse),
               .along = Buffer<float>(rows.rows, 0.0f),
               .coarse = empty_plane(rows.rows, stride),
               .fine = empty_plane(rows.rows, stride)};
  const auto per_step = static_cast<float>(std::sqrt(static_cast<double>(dim)) / kStep);
  const float greatest = kSlack * static_cast<float>(greatest_product(dim));
  for_each_block(pool, rows.rows, kBlock, [&](std::int64_t first, std::int64_t count, int) {
    std::vector<float> unit(static_cast<std::size_t>(stride));  // zeros past the row
    for (std::int64_t row = first; row < first + count; ++row) {
      if (inverse[row] == 0) continue;  // all its products are 0
      out.coarse.errors[row] = out.fine.errors[row] = std::numeric_limits<float>::infinity();
      if (!can_be_told(inverse[row])) continue;
      for (std::int64_t i = 0; i < dim; ++i) unit[static_cast<std::size_t>(i)] = rows.row(row)[i] * inverse[row];
      const float along = table.dot(unit.data(), out.common.data(), dim);
      table.axpy(-along, out.common.data(), unit.data(), dim);
      const float squares = table.dot(unit.data(), unit.data(), dim);
      if (!(squares > kLeastRest * kLeastRest)) continue;
      out.along[row] = along;
      out.rotation.apply(unit.data());
      const float scale = per_step / std::sqrt(squares);
      Fit coarse, fine;
      for (std::int64_t at = 0; at < stride; at += kLanes) {
        const std::int64_t byte = row * stride / 4 + at / 64 * 16, bit = at % 64 / 16 * 2;
        const float* const o = unit.data() + at;
        std::array<int, kLanes> code;
        std::array<float, kLanes> v;
        for (std::size_t i = 0; i < kLanes; ++i) {
          const float level = std::max(0.0f, o[i] * scale + 8);
          code[i] = static_cast<int>(std::min(15.0f, level));
        }
        for (std::size_t i = 0; i < kLanes; ++i) v[i] = static_cast<float>(2 * code[i] - 15);
        fine.add(v, o);
        for (std::size_t i = 0; i < kLanes; ++i) v[i] = static_cast<float>(2 * (code[i] >> 2) - 3);
        coarse.add(v, o);
        for (std::int64_t i = 0; i < kLanes; ++i) {
          const int c = code[static_cast<std::size_t>(i)];
          out.coarse.codes[byte + i] |= static_cast<std::uint8_t>(c >> 2 << bit);
          out.fine.codes[byte + i] |= static_cast<std::uint8_t>((c & 3) << bit);
        }
      }
      coarse.finish(squares, greatest, stride - dim, row, out.coarse);
      fine.finish(squares, greatest, stride - dim, row, out.fine);
    }
  });
  return out;
}

CodeQuery::CodeQuery(const CodeRows& rows, MatView<const float> query) : bytes_(rows.stride, std::int8_t{0}) {
  constexpr float kMostByte = 127;
  constexpr double kSlack = 1.001;
  std::vector<float> rest(query.row(0), query.row(0) + query.cols);
  off_ = std::numeric_limits<float>::infinity();
  if (!kernels().all_finite(rest.data(), query.cols)) return;
  along_ = kernels().dot(rest.data(), rows.common.data(), query.cols);
  kernels().axpy(-along_, rows.common.data(), rest.data(), query.cols);
  rows.rotation.apply(rest.data());
  float largest = 0;
  for (const float x : rest) largest = std::max(largest, std::abs(x));
  unit_ = largest / kMostByte;
  double away = 0, sum = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const float byte = unit_ > 0 ? std::nearbyint(rest[i] / unit_) : 0, difference = rest[i] - unit_ * byte;
    bytes_[static_cast<std::int64_t>(i)] = static_cast<std::int8_t>(byte);
    sum += byte;
    away += static_cast<double>(difference) * difference;
  }
  sum_ = static_cast<float>(sum);
  off_ = static_cast<float>(kSlack * std::sqrt(away));
}

float CodeQuery::reach(float least) const {
  const float floor = std::max(0.0f, least);
  return std::sqrt(std::max(0.0f, (1 - along_ * along_) * (1 - floor * floor))) + off_;
}

}  // namespace sememe
