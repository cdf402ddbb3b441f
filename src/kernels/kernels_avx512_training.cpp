// Compiled with the flags of avx512. Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/training_tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_avx512.h"
#include "kernels/body_memory.h"
#include "kernels/body_functions.h"
#include "kernels/body_plain_gemm.h"
#include "kernels/training_body.h"
// clang-format on

}  // namespace

const TrainingKernels kAvx512Training = SEMEME_TRAINING_TABLE;

}  // namespace sememe

#endif
