// Compiled with AVX-512 (F, BW, VL, DQ, VNNI). Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

#define SEMEME_AVX512_VNNI

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx512.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kAvx512VnniKernels = SEMEME_KERNEL_TABLE(Isa::kAvx512Vnni, "avx512vnni");

}  // namespace sememe

#endif
