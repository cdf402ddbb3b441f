// Compiled with AVX-512 (F, BW, VL, DQ, VNNI, BF16, VBMI). Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

#define SEMEME_AVX512_VNNI
#define SEMEME_AVX512_BF16

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx512.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kAvx512Bf16Kernels = SEMEME_KERNEL_TABLE(Isa::kAvx512Bf16, "avx512bf16");

}  // namespace sememe

#endif
