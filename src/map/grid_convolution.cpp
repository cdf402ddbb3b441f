#include "map/grid_convolution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "map/points.h"

namespace sememe {
namespace {

constexpr std::int64_t kBatch = Fft::kBatch;
constexpr float kStep = 1.0F / 3;          // distance of nodes; the kernels are smooth on the scale of 1
constexpr float kLeastIntervals = 20;      // on a map that is smaller than that
constexpr std::int64_t kMostNodes = 1500;  // an axis; beyond, nodes lie further apart
constexpr std::int64_t kMostParts = 8;     // charges are summed in so many grids at most
constexpr std::int64_t kPartPoints = 8192;
constexpr std::int64_t kPointBlock = 4096;

constexpr std::int64_t kNodes = 6;  // that a point touches along an axis
using Weights = std::array<float, kNodes>;

/// The quintic B-spline at the six nodes around a point that is t in [0, 1] behind the third (de Boor's recursion).
Weights weights(float t) {
  Weights w = {1 - t, t};
  for (int degree = 2; degree < kNodes; ++degree) {
    const auto d = static_cast<float>(degree);
    w[degree] = t / d * w[degree - 1];
    for (int i = degree - 1; i > 0; --i) {
      const auto back = static_cast<float>(i);
      w[i] = ((t + d - back) * w[i - 1] + (back + 1 - t) * w[i]) / d;
    }
    w[0] = (1 - t) / d * w[0];
  }
  return w;
}

/// What spreading and reading with the spline, whose samples are 1, 26, 66, 26, 1 of 120, does to each wave of n nodes;
/// inverted.
std::vector<double> spline_inverse(std::int64_t n, std::int64_t count) {
  std::vector<double> out;
  for (std::int64_t f = 0; f < count; ++f) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(f) / static_cast<double>(n);
    const double response = (66 + 52 * std::cos(angle) + 2 * std::cos(2 * angle)) / 120;
    out.push_back(1 / (response * response));
  }
  return out;
}

struct Place {
  std::int64_t first;  // of six nodes
  Weights weight;
};

Place place_of(float value, float low, float step, std::int64_t nodes) {
  const float u = (value - low) / step + 2;
  const std::int64_t cell = std::clamp<std::int64_t>(static_cast<std::int64_t>(u), 2, nodes - 4);
  return {cell - 2, weights(u - static_cast<float>(cell))};
}

std::int64_t up_to(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

}  // namespace

Buffer<float>& GridConvolution::scratch(int worker, std::int64_t floats) {
  scratch_[worker].reserve_discard(floats);
  return scratch_[worker];
}

void GridConvolution::place(const std::vector<float>& y) {
  float low[2] = {y[0], y[1]}, high[2] = {y[0], y[1]};
  for (std::size_t i = 0; i < y.size(); ++i) {
    low[i % 2] = std::min(low[i % 2], y[i]);
    high[i % 2] = std::max(high[i % 2], y[i]);
  }
  const float extent = std::max({high[0] - low[0], high[1] - low[1], 1e-30F});
  step_ = kStep;
  if (extent < kStep * kLeastIntervals) {  // a power of two, so that the kernels need not be made anew each time
    int exponent = 0;
    std::frexp(extent / kLeastIntervals, &exponent);
    step_ = std::ldexp(1.0F, exponent - 1);
  }
  step_ = std::max(step_, extent / static_cast<float>(kMostNodes - kNodes));
  // The convolution is periodic: twice the nodes, and some for the tails of the deconvolved kernel. A length stays
  // while it serves, and has room to grow, because making kernels costs as much as several convolutions.
  const auto axis = [&](int c, std::int64_t length) {
    const auto nodes = static_cast<std::int64_t>((high[c] - low[c]) / step_) + kNodes;
    const std::int64_t least = 2 * nodes + 2 * kNodes;
    if (length < least || length > least + least / 2 || length != Fft::good_length(length))
      length = Fft::good_length(least + least / 16);
    return Axis{low[c], nodes, length};
  };
  // By the points alone: the number of threads must not change the order of sums.
  parts_ = std::clamp<std::int64_t>(std::ssize(y) / 2 / kPartPoints, 1, kMostParts);
  const Axis x = axis(0, x_.length), along_y = axis(1, y_.length);
  const bool same = kernel_step_ == step_ && x.length == x_.length && along_y.length == y_.length;
  x_ = x;
  y_ = along_y;
  if (!same) make_kernels();
  charges_.reserve_discard(parts_ * x_.length / 2 * stride_);
}

/// Transforms x_.length rows of `columns` real numbers, of which load(re, im, column) fills two batches of columns
/// ([x][kBatch] each), and calls take(batch, re, im, worker) for each batch of x frequencies from 0 to the half, with
/// all y frequencies ([y frequency][kBatch]).
template <class Load, class Take>
void GridConvolution::forward(std::int64_t columns, Load load, Take take) {
  const std::int64_t nx = x_.length, ny = y_.length;
  pool_.run(up_to(columns, 2 * kBatch) / (2 * kBatch), [&](std::int64_t pair, int worker) {
    float* const re = scratch(worker, 4 * nx * kBatch).data();
    float* const im = re + nx * kBatch;
    load(re, im, pair * 2 * kBatch);
    fft_x_->transform(re, im, im + nx * kBatch);
    // Two real columns went through as one complex: even and odd parts tell them apart.
    for (std::int64_t f = 0; f <= nx / 2; ++f) {
      const std::int64_t mirror = f == 0 ? 0 : nx - f;
      float* const out_re = half_re_.data() + f * stride_ + pair * 2 * kBatch;
      float* const out_im = half_im_.data() + f * stride_ + pair * 2 * kBatch;
      for (std::int64_t c = 0; c < kBatch; ++c) {
        const float ar = re[f * kBatch + c], ai = im[f * kBatch + c];
        const float br = re[mirror * kBatch + c], bi = im[mirror * kBatch + c];
        out_re[c] = (ar + br) / 2;
        out_im[c] = (ai - bi) / 2;
        out_re[kBatch + c] = (ai + bi) / 2;
        out_im[kBatch + c] = (br - ar) / 2;
      }
    }
  });
  pool_.run(frequencies_ / kBatch, [&](std::int64_t batch, int worker) {
    float* const re = scratch(worker, 6 * ny * kBatch).data();
    float* const im = re + ny * kBatch;
    std::fill_n(re + columns * kBatch, (ny - columns) * kBatch, 0.0F);
    std::fill_n(im + columns * kBatch, (ny - columns) * kBatch, 0.0F);
    for (std::int64_t c = 0; c < kBatch; ++c) {
      const float* const from_re = half_re_.data() + (batch * kBatch + c) * stride_;
      const float* const from_im = half_im_.data() + (batch * kBatch + c) * stride_;
      for (std::int64_t t = 0; t < columns; ++t) {
        re[t * kBatch + c] = from_re[t];
        im[t * kBatch + c] = from_im[t];
      }
    }
    fft_y_->transform(re, im, im + ny * kBatch);
    take(batch, re, im, worker);
  });
}

void GridConvolution::make_kernels() {
  const std::int64_t nx = x_.length, ny = y_.length;
  if (!fft_x_ || fft_x_->size() != nx) fft_x_.emplace(nx);
  if (!fft_y_ || fft_y_->size() != ny) fft_y_.emplace(ny);
  scratch_.resize(pool_.size());
  stride_ = up_to(ny, 2 * kBatch);
  frequencies_ = up_to(nx / 2 + 1, kBatch);
  half_re_ = Buffer<float>(frequencies_ * stride_, 0.0F);
  half_im_ = Buffer<float>(frequencies_ * stride_, 0.0F);
  for (auto* const out : {&out_re_[0], &out_re_[1], &out_im_[0], &out_im_[1]})
    *out = Buffer<float>(frequencies_ * stride_);
  field_ = Buffer<float>(nx / 2 * stride_ * 2);
  kernel_step_ = step_;

  const std::vector<double> inverse_x = spline_inverse(nx, frequencies_), inverse_y = spline_inverse(ny, ny);
  // A kernel that is odd along an axis is 0 at the half of it, which no pair of points reaches.
  const auto offset = [&](std::int64_t i, std::int64_t n) {
    return i == n / 2 ? 0.0F : step_ * static_cast<float>(i < n / 2 ? i : i - n);
  };
  const auto make = [&](auto kernel, bool imaginary, Buffer<float>& out) {
    out = Buffer<float>(frequencies_ * ny);
    const auto fill = [&](float* to, std::int64_t column) {
      for (std::int64_t i = 0; i < nx; ++i)
        for (std::int64_t c = 0; c < kBatch; ++c)
          to[i * kBatch + c] = column + c < ny ? kernel(offset(i, nx), offset(column + c, ny)) : 0;
    };
    forward(
        ny, [&](float* re, float* im, std::int64_t column) { fill(re, column), fill(im, column + kBatch); },
        [&](std::int64_t batch, const float* re, const float* im, int) {
          const float* const part = imaginary ? im : re;
          float* const to = out.data() + batch * ny * kBatch;
          for (std::int64_t g = 0; g < ny; ++g)
            for (std::int64_t c = 0; c < kBatch; ++c) {
              const double inverse = inverse_x[batch * kBatch + c] * inverse_y[g];
              to[g * kBatch + c] = static_cast<float>(static_cast<double>(part[g * kBatch + c]) * inverse);
            }
        });
  };
  make([](float x, float y) { return 1 / (1 + x * x + y * y); }, false, kernel_sum_);
  make([](float x, float y) { return x / ((1 + x * x + y * y) * (1 + x * x + y * y)); }, true, kernel_x_);
  make([](float x, float y) { return y / ((1 + x * x + y * y) * (1 + x * x + y * y)); }, true, kernel_y_);
}

void GridConvolution::spread(const std::vector<float>& y) {
  const std::int64_t n = std::ssize(y) / 2, size = x_.nodes * stride_;
  pool_.run(parts_, [&](std::int64_t part, int) {
    float* const grid = charges_.data() + part * size;
    std::fill_n(grid, size, 0.0F);
    for (std::int64_t i = part * n / parts_; i < (part + 1) * n / parts_; ++i) {
      const Place px = place_of(y[2 * i], x_.low, step_, x_.nodes),
                  py = place_of(y[2 * i + 1], y_.low, step_, y_.nodes);
      for (std::int64_t a = 0; a < kNodes; ++a)
        for (std::int64_t b = 0; b < kNodes; ++b)
          grid[(px.first + a) * stride_ + py.first + b] += px.weight[a] * py.weight[b];
    }
  });
}

double GridConvolution::convolve() {
  const std::int64_t nx = x_.length, ny = y_.length, size = x_.nodes * stride_;
  const auto load = [&](float* re, float* im, std::int64_t column) {
    for (std::int64_t i = 0; i < x_.nodes; ++i) {
      float* const a = re + i * kBatch;
      float* const b = im + i * kBatch;
      const float* from = charges_.data() + i * stride_ + column;
      std::copy_n(from, kBatch, a);
      std::copy_n(from + kBatch, kBatch, b);
      for (std::int64_t part = 1; part < parts_; ++part) {
        from += size;
        for (std::int64_t c = 0; c < kBatch; ++c) a[c] += from[c], b[c] += from[kBatch + c];
      }
    }
    std::fill_n(re + x_.nodes * kBatch, (nx - x_.nodes) * kBatch, 0.0F);
    std::fill_n(im + x_.nodes * kBatch, (nx - x_.nodes) * kBatch, 0.0F);
  };
  std::vector<double> sums(frequencies_);
  const auto take = [&](std::int64_t batch, float* re, float* im, int) {
    float* const u_re = im + ny * kBatch;
    float* const u_im = u_re + ny * kBatch;
    const float* const k = kernel_sum_.data() + batch * ny * kBatch;
    for (std::int64_t g = 0; g < ny; ++g)
      for (std::int64_t c = 0; c < kBatch; ++c) {
        const std::int64_t at = g * kBatch + c;
        sums[batch * kBatch + c] += static_cast<double>((re[at] * re[at] + im[at] * im[at]) * k[at]);
      }
    for (int component = 0; component < 2; ++component) {
      const float* const factor = (component == 0 ? kernel_x_ : kernel_y_).data() + batch * ny * kBatch;
      for (std::int64_t at = 0; at < ny * kBatch; ++at) {  // times i * factor
        u_re[at] = -im[at] * factor[at];
        u_im[at] = re[at] * factor[at];
      }
      fft_y_->inverse(u_re, u_im, u_im + ny * kBatch);
      for (std::int64_t c = 0; c < kBatch; ++c) {
        float* const to_re = out_re_[component].data() + (batch * kBatch + c) * stride_;
        float* const to_im = out_im_[component].data() + (batch * kBatch + c) * stride_;
        for (std::int64_t t = 0; t < y_.nodes; ++t) {
          to_re[t] = u_re[t * kBatch + c];
          to_im[t] = u_im[t * kBatch + c];
        }
      }
    }
  };
  forward(y_.nodes, load, take);

  const float scale = 1 / static_cast<float>(nx * ny);
  pool_.run(up_to(y_.nodes, kBatch) / kBatch, [&](std::int64_t batch, int worker) {
    float* const re = scratch(worker, 4 * nx * kBatch).data();
    float* const im = re + nx * kBatch;
    for (std::int64_t f = 0; f <= nx / 2; ++f) {
      const std::int64_t from = f * stride_ + batch * kBatch, mirror = f == 0 ? 0 : nx - f;
      for (std::int64_t c = 0; c < kBatch; ++c) {  // X + iY, where X and Y are the spectra of real fields
        const float xr = out_re_[0][from + c], xi = out_im_[0][from + c];
        const float yr = out_re_[1][from + c], yi = out_im_[1][from + c];
        re[mirror * kBatch + c] = xr + yi;
        im[mirror * kBatch + c] = yr - xi;
        re[f * kBatch + c] = xr - yi;
        im[f * kBatch + c] = xi + yr;
      }
    }
    fft_x_->inverse(re, im, im + nx * kBatch);
    for (std::int64_t i = 0; i < x_.nodes; ++i)
      for (std::int64_t c = 0; c < kBatch; ++c) {
        float* const to = field_.data() + (i * stride_ + batch * kBatch + c) * 2;
        to[0] = re[i * kBatch + c] * scale;
        to[1] = im[i * kBatch + c] * scale;
      }
  });

  double z = 0;
  for (std::int64_t f = 0; f <= nx / 2; ++f) z += sums[f] * (f == 0 || f == nx / 2 ? 1 : 2);
  return z / (static_cast<double>(nx) * static_cast<double>(ny));
}

void GridConvolution::interpolate(const std::vector<float>& y, std::vector<float>& forces) {
  for_each_block(pool_, std::ssize(y) / 2, kPointBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const Place px = place_of(y[2 * i], x_.low, step_, x_.nodes),
                  py = place_of(y[2 * i + 1], y_.low, step_, y_.nodes);
      float fx = 0, fy = 0;
      for (std::int64_t a = 0; a < kNodes; ++a) {
        const float* const node = field_.data() + ((px.first + a) * stride_ + py.first) * 2;
        float gx = 0, gy = 0;
        for (std::int64_t b = 0; b < kNodes; ++b)
          gx += py.weight[b] * node[2 * b], gy += py.weight[b] * node[2 * b + 1];
        fx += px.weight[a] * gx;
        fy += px.weight[a] * gy;
      }
      forces[2 * i] = fx;
      forces[2 * i + 1] = fy;
    }
  });
}

double GridConvolution::forces(const std::vector<float>& y, std::vector<float>& forces) {
  place(y);
  spread(y);
  const double z = convolve();
  interpolate(y, forces);
  return z - static_cast<double>(y.size() / 2);  // a point does not repel itself
}

}  // namespace sememe
