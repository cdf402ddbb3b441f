// For every 64-bit ARM machine. Includes only arm_neon.h and declarations.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_neon.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kNeonKernels = SEMEME_KERNEL_TABLE(Isa::kNeon, "neon");

}  // namespace sememe

#endif
