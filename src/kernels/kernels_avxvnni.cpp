// Compiled with AVX2, FMA and AVX-VNNI. Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

#define SEMEME_AVX_VNNI

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx2.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kAvxVnniKernels = SEMEME_KERNEL_TABLE(Isa::kAvxVnni, "avxvnni");

}  // namespace sememe

#endif
