// Compiled with the flags of avx512. Includes declarations only.
#if defined(__x86_64__)

#include "kernels/training_tables.h"

namespace sememe {
namespace {

constexpr int kVectorBytes = 64;
#include "kernels/training_body.h"

}  // namespace

const TrainingKernels kAvx512Training = SEMEME_TRAINING_TABLE;

}  // namespace sememe

#endif
