#pragma once

#include "kernels/training.h"

namespace sememe {

extern const TrainingKernels kScalarTraining;
#if defined(__x86_64__)
extern const TrainingKernels kAvx2Training, kAvx512Training;
#endif

}  // namespace sememe
