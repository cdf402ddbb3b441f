#include "model/byte_weights.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <vector>

#include "kernels/kernels.h"

namespace sememe {
namespace {

constexpr double kMostChange = 0.03;  // of a product by bytes, root mean square

/// Factors of a product's input columns, for a shared range of bytes: 1 / s with s = (largest input)^1/2 /
/// (largest weight)^1/2, scaled to a geometric mean of one; the weights are multiplied by s.
std::vector<float> smoothing_factors(std::span<const float> largest_input, MatView<const float> weight) {
  std::vector<float> largest;
  raise_to_largest(weight, largest);
  std::vector<float> factors(largest.size(), 1.0F);
  if (largest_input.size() != factors.size()) return factors;  // nothing was seen
  double logarithms = 0;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    const double s = std::sqrt(std::max(1e-5F, largest_input[k]) / static_cast<double>(std::max(1e-5F, largest[k])));
    logarithms += std::log(s);
    factors[k] = static_cast<float>(1 / s);
  }
  const auto mean = static_cast<float>(std::exp(logarithms / static_cast<double>(factors.size())));
  for (float& f : factors) f *= mean;
  return factors;
}

/// The product in bytes of inputs that are multiplied by `factors`, which it finds.
Linear smoothed(const Linear& exact, std::span<const float> largest, Buffer<float>& factors, ThreadPool& pool) {
  Matrix weight = exact.weight(pool);
  const Matrix& whole = weight;
  const std::vector<float> found = smoothing_factors(largest, whole.view());
  factors = Buffer<float>(weight.cols());
  std::copy(found.begin(), found.end(), factors.begin());
  pool.run(weight.rows(), [&](std::int64_t i, int) {
    for (std::size_t k = 0; k < found.size(); ++k) weight.row(i)[k] /= found[k];
  });
  return Linear(whole.view(), exact.bias(), pool, NumberType::kInt8);
}

Matrix apply(const Linear& linear, const Rows& inputs, ThreadPool& pool) {
  Matrix y(inputs.rows, linear.out_features());
  RowsBuffer memory;
  memory.reserve(linear.type(), inputs.rows, inputs.cols);
  const Rows operand = linear.type() == inputs.type ? inputs : memory.view(inputs.rows);
  if (linear.type() != inputs.type) convert(inputs, operand, &pool);
  linear.forward(operand, Rows(y.view()), Activation::kIdentity, {}, &pool);
  return y;
}

/// The product in bytes if that changes what it makes of `inputs` little; else in the machine's wide type.
Linear bytes_or_wide(Linear exact, const Matrix& inputs, ThreadPool& pool) {
  const Matrix weight = exact.weight(pool);
  Linear in_bytes(weight.view(), exact.bias(), pool, NumberType::kInt8);
  // Rows borrows what a product writes and what it reads alike; the inputs are only read.
  const Rows rows({const_cast<float*>(inputs.data()), inputs.rows(), inputs.cols(), inputs.cols()});
  const Matrix want = apply(exact, rows, pool), found = apply(in_bytes, rows, pool);
  double error = 0, size = 0;
  for (std::int64_t i = 0; i < want.rows() * want.cols(); ++i) {
    const double w = want.data()[i], off = found.data()[i] - w;
    error += off * off;
    size += w * w;
  }
  if (error <= kMostChange * kMostChange * size) return in_bytes;
  if (fastest_float() == NumberType::kFloat32) return exact;
  return Linear(weight.view(), exact.bias(), pool, fastest_float());
}

}  // namespace

void turn_into_bytes(EncoderWeights& weights, const Calibration& calibration, ThreadPool& pool) {
  assert(weights.operands == NumberType::kFloat32 && calibration.layers.size() == weights.layers.size());
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    LayerWeights& w = weights.layers[i];
    const Calibration::Layer& seen = calibration.layers[i];
    w.qkv = smoothed(w.qkv, seen.qkv, w.qkv_factors, pool);
    w.up = smoothed(w.up, seen.up, w.up_factors, pool);
    const Matrix out = w.attention_out.weight(pool);
    w.attention_out = Linear(out.view(), w.attention_out.bias(), pool, NumberType::kInt8);
    w.down = bytes_or_wide(std::move(w.down), seen.inner, pool);
  }
  weights.operands = NumberType::kInt8;
}

}  // namespace sememe
