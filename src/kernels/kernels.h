#pragma once

#include <cstdint>
#include <span>

namespace sememe {

enum class Isa { kScalar, kAvx2, kAvxVnni, kAvx512, kAvx512Vnni, kAvx512Bf16, kNeon };

/// Elementwise functions. kGelu is the exact erf form, kGeluTanh the tanh approximation.
enum class Activation { kIdentity, kGelu, kGeluTanh, kQuickGelu, kRelu, kSilu, kTanh, kSigmoid };

/// Upper half of a float32, rounded to nearest even.
using bf16 = std::uint16_t;

/// Operands of a product. kInt8: rows of x in unsigned bytes with a RowScale each, columns of W in signed bytes with a
/// scale each.
enum class NumberType { kFloat32, kBfloat16, kInt8 };
/// A row in bytes: element i is scale * byte i + offset.
struct RowScale {
  float scale = 0, offset = 0;
};

/// y (M, N) = f(x (M, K) W (K, N) + bias) + residual, for the panels [panel_begin, panel_end) of W.
///
/// x and W are of one NumberType, of which a dword holds R = 1, 2 or 4 elements. W is packed in panels of `panel_width`
/// columns: dword j of step s of panel p, at panels[(p * S + s) * width + j], holds W[s * R, s * R + R)[p * width + j],
/// with S = ceil(K / R) steps and zeros past row K and column N. bias, w_scale and w_sum are padded to whole panels. A
/// row of x is a multiple of R elements apart from the next, and what pads it to whole dwords is finite.
/// float32 and bfloat16: every element is summed over k in ascending order in float32 (bfloat16 in pairs); bytes are
/// summed exactly. So a row does not depend on the rows beside it, whatever tile it falls into.
struct GemmArgs {
  const void* x = nullptr;
  std::int64_t x_stride = 0;  ///< in elements, as all strides
  const void* panels = nullptr;
  const float* bias = nullptr;
  const float* residual = nullptr;  ///< nullptr: none; may be y
  std::int64_t residual_stride = 0;
  void* y = nullptr;
  std::int64_t y_stride = 0;
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t panel_begin = 0, panel_end = 0;
  Activation activation = Activation::kIdentity;
  NumberType y_type = NumberType::kFloat32;  ///< or kBfloat16, with functions as accurate as that holds
  // Bytes alone:
  const RowScale* x_scale = nullptr;  ///< M
  const float* w_scale = nullptr;     ///< N: what a byte of the column stands for
  const float* w_sum = nullptr;       ///< N: w_scale times the sum of the column's bytes
};

/// context = softmax(Q K^T * scale) V for one head of one text; rows of q, k, v are `stride` apart. All are float32, or
/// all bfloat16: then the weights are rounded to it, too; scores and sums are float32.
struct AttentionArgs {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  std::int64_t stride = 0;
  void* out = nullptr;
  std::int64_t out_stride = 0;
  std::int64_t tokens = 0, head_dim = 0;
  float scale = 1;
  float* scratch = nullptr;  ///< attention_scratch(tokens, head_dim) floats, 64-byte aligned
};

/// y = gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta for each of `rows` rows of n; y may be x. If next_type is not
/// kFloat32, y goes to `next` in that type, too: as bytes, each element times its factor.
struct NormArgs {
  const float* x = nullptr;
  std::int64_t x_stride = 0;
  const float* gamma = nullptr;
  const float* beta = nullptr;
  float eps = 0;
  float* y = nullptr;
  std::int64_t y_stride = 0;
  std::int64_t rows = 1, n = 0;
  NumberType next_type = NumberType::kFloat32;
  void* next = nullptr;
  std::int64_t next_stride = 0;
  RowScale* scales = nullptr;      ///< of the rows of `next`; bytes alone
  const float* factors = nullptr;  ///< n; bytes alone
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

inline constexpr std::int64_t kCodeStep = 64;  ///< codes that KernelTable::dot_codes takes at a time, in 16 bytes

/// One entry per kernel, one table per instruction set; a table does in steps what its machines have no instruction
/// for. Kernels are noexcept, single-threaded, allocate nothing and check nothing: src/nn does all that. References in
/// double: kernels_ref.h.
struct KernelTable {
  Isa isa;
  const char* name;          ///< "scalar", "avx2", "avx512bf16", ...: SEMEME_ISA values and test names
  std::int64_t panel_width;  ///< columns of a packed panel

  void (*gemm)(const GemmArgs& args) noexcept;  ///< float32
  void (*gemm_bf16)(const GemmArgs& args) noexcept;
  void (*gemm_int8)(const GemmArgs& args) noexcept;
  void (*attention)(const AttentionArgs& args) noexcept;  ///< float32
  void (*attention_bf16)(const AttentionArgs& args) noexcept;
  std::int64_t (*attention_scratch)(std::int64_t tokens, std::int64_t head_dim) noexcept;

  float (*dot)(const float* a, const float* b, std::int64_t n) noexcept;
  float (*squared_distance)(const float* a, const float* b, std::int64_t n) noexcept;
  float (*absolute_distance)(const float* a, const float* b, std::int64_t n) noexcept;
  void (*axpy)(float a, const float* x, float* y, std::int64_t n) noexcept;  ///< y += a x
  void (*maximum)(const float* x, float* y, std::int64_t n) noexcept;        ///< y = max(y, x); NaN stays
  void (*add)(const float* a, const float* b, float* y, std::int64_t n) noexcept;
  void (*layer_norm)(const NormArgs& args) noexcept;

  void (*to_bf16)(const float* x, bf16* y, std::int64_t n) noexcept;
  /// The row, each element times its factor (nullptr: 1), as bytes: 0 for the smallest value and 255 for the largest.
  RowScale (*quantize)(const float* x, const float* factors, std::uint8_t* y, std::int64_t n) noexcept;
  RowScale (*quantize_bf16)(const bf16* x, std::uint8_t* y, std::int64_t n) noexcept;

  /// Multiplies and adds in registers, as gemm's inner loop does without its loads; returns the number of operations.
  double (*spin)(NumberType type, std::int64_t rounds) noexcept;

  void (*activate)(Activation f, float* x, std::int64_t n) noexcept;  ///< x = f(x)
  bool (*all_finite)(const float* x, std::int64_t n) noexcept;
  void (*adagrad)(const AdaGradArgs& args) noexcept;
  /// Of each of `rows` rows, the sum of x[i] times code i. A row is n codes of two bits, n a multiple of kCodeStep and
  /// at most 2^22: bits 2 j and 2 j + 1 of byte b of each 16 bytes are code 16 j + b of 64.
  void (*dot_codes)(const std::int8_t* x, const std::uint8_t* codes, std::int64_t n, std::int64_t rows,
                    std::int32_t* sums) noexcept;
};

const KernelTable& kernels();  ///< best for this CPU; SEMEME_ISA=<name> overrides (kInvalidArgument if it is not one)
const KernelTable& kernels(Isa isa);  ///< one table, for tests and benchmarks; the ISA must be available
/// Whether the table multiplies bfloat16 by an instruction of its own: else it is slower than float32.
constexpr bool has_bf16(Isa isa) { return isa == Isa::kAvx512Bf16; }
/// The faster of kFloat32 and kBfloat16 with kernels().
inline NumberType fastest_float() { return has_bf16(kernels().isa) ? NumberType::kBfloat16 : NumberType::kFloat32; }
std::span<const Isa> available_isas();  ///< built in and runnable here, scalar first

}  // namespace sememe
