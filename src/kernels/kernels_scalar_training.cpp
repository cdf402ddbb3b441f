// For every machine.
#include "kernels/training_tables.h"

namespace sememe {
namespace {

// clang-format off
#include "kernels/vec_scalar.h"
#include "kernels/body_memory.h"
#include "kernels/body_functions.h"
#include "kernels/body_plain_gemm.h"
#include "kernels/training_body.h"
// clang-format on

}  // namespace

const TrainingKernels kScalarTraining = SEMEME_TRAINING_TABLE;

}  // namespace sememe
