#pragma once

#include <cstdint>

#include "kernels/kernels.h"

namespace sememe {

/// One point among `n` of a layout and those that move it in one step of UMAP.
struct UmapStep {
  const float* layout = nullptr;        ///< n pairs: where the others are
  const std::int32_t* pulls = nullptr;  ///< neighbours that are due, in turn
  std::int64_t pull_count = 0;
  std::int64_t pulls_each = 2;   ///< neighbours that a turn looks at: 2, or 1
  std::int64_t pushes_each = 5;  ///< others, left to chance, that a turn looks at
  std::uint64_t others = 0;      ///< chance picks among this many
  std::uint64_t chance = 0;      ///< seed of what it picks
  std::int64_t self = -1;        ///< not pushed by itself; -1: is not in the layout
  float a = 1, b = 1, rate = 1, repulsion = 1;
};

/// One pass of Stockham's Fourier transform over batches of 16 columns; see map/fft.h.
struct FftPass {
  std::int64_t radix = 2, sub_length = 0, stride = 0;
  float* from_re = nullptr;
  float* from_im = nullptr;
  float* to_re = nullptr;
  float* to_im = nullptr;
  const float* twiddles = nullptr;
};

/// The loops of maps over lanes, one table per instruction set, chosen with the table of src/kernels (SEMEME_ISA).
/// They are noexcept and single-threaded, allocate and check nothing; sums are taken in one fixed order.
struct LaneTable {
  /// Moves `point` (a pair) once for each pull, as the gradient of UMAP's cross entropy says.
  void (*umap_step)(const UmapStep& step, float* point) noexcept;

  /// out (8) = sum_e weights[e] * rows[columns[e]] of rows of eight.
  void (*gather_rows)(const float* rows, const std::int32_t* columns, const float* weights, std::int64_t count,
                      float* out) noexcept;

  /// sum_e p[e] w (y_i - y_j) over neighbours j = columns[e], with w = 1 / (1 + |y_i - y_j|^2); a pair.
  void (*tsne_attraction)(const float* y, std::int64_t i, const std::int32_t* columns, const float* p,
                          std::int64_t count, float* out) noexcept;

  /// sum_j w^2 (y - y_j), a pair, and sum_j w over all n points (xs, ys), with w = 1 / (1 + |y - y_j|^2), in double.
  void (*tsne_repulsion)(const double* xs, const double* ys, std::int64_t n, double x, double y, double* out) noexcept;

  void (*fft_pass)(const FftPass& pass) noexcept;

  /// Which of `count` sums dots[j] + bias[j] are at least `threshold`: writes j to `hits`, returns how many.
  std::int64_t (*find_in_row)(const float* dots, const float* bias, float threshold, std::int64_t count,
                              std::int32_t* hits) noexcept;
  /// Likewise for dots[j] + bias and thresholds[j].
  std::int64_t (*find_in_columns)(const float* dots, float bias, const float* thresholds, std::int64_t count,
                                  std::int32_t* hits) noexcept;
  /// A number that exactly `most` of `count` scores reach; NaN if equal ones, or ones without end, leave none.
  float (*find_cut)(const float* scores, std::int64_t count, std::int64_t most) noexcept;

  /// a . b, in double.
  double (*dot)(const double* a, const double* b, std::int64_t n) noexcept;
  /// x -= scale * row, in double.
  void (*subtract)(double scale, const double* row, double* x, std::int64_t n) noexcept;
  /// y += x * row and returns row . v, in double, in one pass.
  double (*dot_and_add)(const double* row, const double* v, double x, double* y, std::int64_t n) noexcept;
  /// row -= a * x + b * y, in double.
  void (*subtract_two)(double a, const double* x, double b, const double* y, double* row, std::int64_t n) noexcept;

  /// to = row - mean, computed in double.
  void (*centre)(const float* row, const double* mean, float* to, std::int64_t n) noexcept;
  /// sums += row.
  void (*add_to_sums)(const float* row, double* sums, std::int64_t n) noexcept;
};

const LaneTable& lanes();         ///< that of kernels()
const LaneTable& lanes(Isa isa);  ///< for tests; the ISA must be available

}  // namespace sememe
