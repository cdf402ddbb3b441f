// Compiled with AVX2 and FMA. Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx2.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kAvx2Kernels = SEMEME_KERNEL_TABLE(Isa::kAvx2, "avx2");

}  // namespace sememe

#endif
