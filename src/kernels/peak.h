#pragma once

#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace sememe {

/// Operations a second (a multiplication and an addition are two) that the threads of `pool` reach together with
/// operands of `type` in registers: the roof of every product, by the wall clock, the best of some short runs. Takes
/// `milliseconds`, and that of one run (some). Threads that are new may share a core at first: then it is 300.
double measured_peak(NumberType type, ThreadPool& pool, std::int64_t milliseconds = 300);

}  // namespace sememe
