// Every kernel over a small vector vocabulary, included once per table inside an anonymous namespace, after the file
// that defines it (vec_*.h): Vec (kWidth floats) with load, store, load_part, store_part (the first n), set1, zero,
// add, sub, mul, div, sqrt, fmadd (a * b + c), max, min, abs, hsum, hmax, hmin, round, scale_pow2 (a 2^n of an integral
// n), select_negative (x < 0 ? a : b), first_of (n elements of a, then of b); kPanelVecs; loads and stores of bfloat16
// and bytes; OfFloat, OfBf16, OfBytes (body_gemm.h); OfCodes (dot_codes); transpose_dwords and store_pairs. No standard
// library: an inline function compiled here could be the copy that the linker keeps for every caller.

constexpr i64 kPanel = kPanelVecs * kWidth;

constexpr i64 min_of(i64 a, i64 b) { return a < b ? a : b; }

// clang-format off
#include "kernels/body_memory.h"
#include "kernels/body_functions.h"
#include "kernels/body_rows.h"
#include "kernels/body_gemm.h"
#include "kernels/body_attention.h"
// clang-format on

#define SEMEME_KERNEL_TABLE(isa, name)                                                                              \
  {                                                                                                                 \
    isa, name, kPanel, gemm, gemm_bf16, gemm_int8, attention, attention_bf16, attention_scratch, dot,               \
        squared_distance, absolute_distance, axpy, maximum, add_rows, layer_norm, to_bf16, quantize, quantize_bf16, \
        spin, activate, all_finite, adagrad, dot_codes                                                              \
  }
