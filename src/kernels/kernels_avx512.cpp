// Compiled with AVX-512 (F, BW, VL, DQ). Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx512.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kAvx512Kernels = SEMEME_KERNEL_TABLE(Isa::kAvx512, "avx512");

}  // namespace sememe

#endif
