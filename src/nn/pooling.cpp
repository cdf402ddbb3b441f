#include "nn/pooling.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "kernels/kernels.h"

namespace sememe {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"cls",          "max",      "mean", "mean_sqrt_len_tokens",
                                                    "weightedmean", "lasttoken"};

}  // namespace

std::optional<PoolingMode> parse_pooling_mode(std::string_view name) {
  if (name == "mean_sqrt_len") return PoolingMode::kMeanSqrtLen;
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<PoolingMode>(at - kNames.begin());
}

std::string_view pooling_mode_name(PoolingMode mode) { return kNames[static_cast<std::size_t>(mode)]; }

void pool_tokens(PoolingMode mode, MatView<const float> tokens, std::int64_t first, std::span<float> out) {
  assert(tokens.rows >= 1 && static_cast<std::int64_t>(out.size()) == tokens.cols);
  const KernelTable& table = kernels();
  if (mode == PoolingMode::kCls || mode == PoolingMode::kLastToken) {
    std::copy_n(tokens.row(mode == PoolingMode::kCls ? 0 : tokens.rows - 1), tokens.cols, out.begin());
    return;
  }
  if (mode == PoolingMode::kMax && first < tokens.rows) {
    std::copy_n(tokens.row(first), tokens.cols, out.begin());
    for (std::int64_t i = first + 1; i < tokens.rows; ++i) table.maximum(tokens.row(i), out.data(), tokens.cols);
    return;
  }
  std::fill(out.begin(), out.end(), 0.0F);
  double weights = 0;
  for (std::int64_t i = first; i < tokens.rows; ++i) {
    const auto weight = static_cast<float>(mode == PoolingMode::kWeightedMean ? i + 1 : 1);
    table.axpy(weight, tokens.row(i), out.data(), tokens.cols);
    weights += weight;
  }
  if (weights == 0) return;  // nothing but a prompt that is not pooled
  const double divisor = mode == PoolingMode::kMeanSqrtLen ? std::sqrt(weights) : weights;
  for (float& x : out) x = static_cast<float>(x / divisor);
}

void normalize_l2(std::span<float> x) {
  double squares = 0;
  for (const float v : x) squares += static_cast<double>(v) * v;
  const double norm = std::max(std::sqrt(squares), 1e-12);
  for (float& v : x) v = static_cast<float>(v / norm);
}

}  // namespace sememe
