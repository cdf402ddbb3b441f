#pragma once

#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace sememe {

/// Operations a second (a multiplication and an addition are two) that the threads of `pool` reach together with
/// operands of `type` in registers: the roof of every product, by the wall clock, the best of some short runs.
/// Takes 0.3 s.
double measured_peak(NumberType type, ThreadPool& pool);

}  // namespace sememe
