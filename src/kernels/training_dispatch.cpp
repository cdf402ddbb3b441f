#include "kernels/training_tables.h"

namespace sememe {

const TrainingKernels& training_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx512) return kAvx512Training;
  if (isa >= Isa::kAvx2) return kAvx2Training;
#endif
  static_cast<void>(isa);
  return kScalarTraining;  // on ARM, too: the compiler makes its own vectors of these loops
}

const TrainingKernels& training_kernels() { return training_kernels(kernels().isa); }

}  // namespace sememe
