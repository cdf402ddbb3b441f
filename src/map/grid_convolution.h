#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "map/fft.h"

namespace sememe {

/// The repulsive forces of t-SNE for many points, in time linear in them:
///
///   force_i = sum_j (y_i - y_j) / (1 + |y_i - y_j|^2)^2     and     z = sum_i sum_{j != i} 1 / (1 + |y_i - y_j|^2)
///
/// Points are spread over a regular grid by cubic interpolation, the grid is convolved with the kernels by Fourier
/// transforms, and the result is interpolated back. Unlike the paper, the two components of the force are kernels of
/// their own, so that no large sums cancel, and z is taken from the spectrum. Values   relative to the largest force,
/// errors are some 1e-3. The same bits for any pool. Memory   some 200 bytes a node of the grid, which has two nodes
/// for each unit of the map's extent. Source   Linderman et al. 2019, "Fast interpolation-based t-SNE".
class GridConvolution {
 public:
  explicit GridConvolution(ThreadPool& pool) : pool_(pool) {}

  /// `y` and `forces`: n pairs. Returns z. Precondition: y is finite.
  double forces(const std::vector<float>& y, std::vector<float>& forces);

  /// Lengths of the transforms: they depend on the maps before, and the last bits of forces on them.
  std::array<std::int64_t, 2> lengths() const { return {x_.length, y_.length}; }
  void set_lengths(std::array<std::int64_t, 2> lengths) { x_.length = lengths[0], y_.length = lengths[1]; }

 private:
  struct Axis {
    float low = 0;
    std::int64_t nodes = 0;   ///< that points touch
    std::int64_t length = 0;  ///< of the transform, at least twice as many
  };
  template <class Load, class Take>
  void forward(std::int64_t columns, Load load, Take take);
  void place(const std::vector<float>& y);
  void make_kernels();
  void spread(const std::vector<float>& y);
  double convolve();
  void interpolate(const std::vector<float>& y, std::vector<float>& forces);
  Buffer<float>& scratch(int worker, std::int64_t floats);

  ThreadPool& pool_;
  float step_ = 0;
  std::int64_t parts_ = 1;
  Axis x_, y_;
  std::optional<Fft> fft_x_, fft_y_;
  float kernel_step_ = 0;                           ///< of the kernels below
  std::int64_t stride_ = 0;                         ///< of rows of the grid
  std::int64_t frequencies_ = 0;                    ///< rows of the half spectrum, whole batches
  Buffer<float> kernel_sum_, kernel_x_, kernel_y_;  ///< spectra by batch of frequencies: [batch][y frequency][kBatch]
  Buffer<float> charges_;                           ///< [part][x][stride]
  Buffer<float> half_re_, half_im_;                 ///< [x frequency][stride]
  Buffer<float> out_re_[2], out_im_[2];             ///< likewise, of the two components
  Buffer<float> field_;                             ///< [x][stride][2]
  std::vector<Buffer<float>> scratch_;              ///< of each worker
};

}  // namespace sememe
