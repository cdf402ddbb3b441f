// For every machine.
#include "kernels/training_tables.h"

namespace sememe {
namespace {

constexpr int kVectorBytes = 16;
#include "kernels/training_body.h"

}  // namespace

const TrainingKernels kScalarTraining = SEMEME_TRAINING_TABLE;

}  // namespace sememe
