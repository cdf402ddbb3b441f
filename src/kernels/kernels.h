#pragma once

#include <cstdint>
#include <span>

namespace sememe {

enum class Isa { kScalar, kAvx2, kAvx512 };

/// Elementwise functions. kGelu is the exact erf form, kGeluTanh the tanh approximation.
enum class Activation { kIdentity, kGelu, kGeluTanh, kQuickGelu, kRelu, kSilu, kTanh, kSigmoid };

/// y (M, N) = f(x (M, K) W (K, N) + bias) + residual, for the panels [panel_begin, panel_end) of W.
///
/// W is packed in panels of `panel_width` columns: panel p holds W[k][p * width + j] at panels[(p * K + k) * width +
/// j], zeros past column N; bias is padded to whole panels. Every element is summed over k in ascending order with one
/// accumulator, whatever the tile it falls into, so a row does not depend on the rows beside it.
struct GemmArgs {
  const float* x = nullptr;
  std::int64_t x_stride = 0;
  const float* panels = nullptr;
  const float* bias = nullptr;
  const float* residual = nullptr;  ///< nullptr: none; may be y
  std::int64_t residual_stride = 0;
  float* y = nullptr;
  std::int64_t y_stride = 0;
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t panel_begin = 0, panel_end = 0;
  Activation activation = Activation::kIdentity;
};

/// context = softmax(Q K^T * scale) V for one head of one text; rows of q, k, v are `stride` apart.
struct AttentionArgs {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  std::int64_t stride = 0;
  float* out = nullptr;
  std::int64_t out_stride = 0;
  std::int64_t tokens = 0, head_dim = 0;
  float scale = 1;
  float* scratch = nullptr;  ///< attention_scratch(tokens, head_dim) floats, 64-byte aligned
};

/// One step of AdaGrad on two vectors whose product has a gradient: x -= clip(gradient y) rate / sqrt(x_squares), the
/// same for y with the x of before, and the squares of the steps taken before the division are added to x_squares.
struct AdaGradArgs {
  float* x = nullptr;
  float* y = nullptr;
  float* x_squares = nullptr;  ///< above 0
  float* y_squares = nullptr;
  std::int64_t n = 0;
  float gradient = 0, rate = 0, limit = 0;  ///< of a clipped component: [-limit, limit]
};

inline constexpr std::int64_t kByteDotStep = 32;  ///< numbers that KernelTable::dot_bytes takes at a time

/// One entry per kernel, one table per instruction set. Kernels are noexcept, single-threaded, allocate nothing and
/// check nothing: src/nn does all that. References in double: kernels_ref.h.
struct KernelTable {
  Isa isa;
  const char* name;          ///< "scalar", "avx2", "avx512": SEMEME_ISA values and test names
  std::int64_t panel_width;  ///< columns of a packed panel

  void (*gemm)(const GemmArgs& args) noexcept;
  void (*attention)(const AttentionArgs& args) noexcept;
  std::int64_t (*attention_scratch)(std::int64_t tokens, std::int64_t head_dim) noexcept;

  float (*dot)(const float* a, const float* b, std::int64_t n) noexcept;
  float (*squared_distance)(const float* a, const float* b, std::int64_t n) noexcept;
  float (*absolute_distance)(const float* a, const float* b, std::int64_t n) noexcept;
  void (*axpy)(float a, const float* x, float* y, std::int64_t n) noexcept;  ///< y += a x
  void (*maximum)(const float* x, float* y, std::int64_t n) noexcept;        ///< y = max(y, x); NaN stays
  void (*add)(const float* a, const float* b, float* y, std::int64_t n) noexcept;
  void (*layer_norm)(const float* x, const float* gamma, const float* beta, float eps, float* y,
                     std::int64_t n) noexcept;

  void (*activate)(Activation f, float* x, std::int64_t n) noexcept;  ///< x = f(x)
  bool (*all_finite)(const float* x, std::int64_t n) noexcept;
  void (*adagrad)(const AdaGradArgs& args) noexcept;
  /// Sum of x[i] y[i]; n is a multiple of kByteDotStep.
  float (*dot_bytes)(const float* x, const std::int8_t* y, std::int64_t n) noexcept;
};

const KernelTable& kernels();  ///< best for this CPU; SEMEME_ISA=<name> overrides (kInvalidArgument if it is not one)
const KernelTable& kernels(Isa isa);    ///< one table, for tests and benchmarks; the ISA must be available
std::span<const Isa> available_isas();  ///< built in and runnable here, scalar first

}  // namespace sememe
