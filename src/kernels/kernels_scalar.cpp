// For every machine.

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_scalar.h"
#include "kernels/kernels_body.h"
// clang-format on

}  // namespace

const KernelTable kScalarKernels = SEMEME_KERNEL_TABLE(Isa::kScalar, "scalar");

}  // namespace sememe
