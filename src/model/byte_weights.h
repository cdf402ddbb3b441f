#pragma once

#include "base/thread_pool.h"
#include "model/calibration.h"
#include "model/weights.h"

namespace sememe {

/// Packs the products of `weights`, which are in float32, anew in bytes. `calibration` spreads the ranges of the
/// columns over inputs and weights; `down` goes into the wide type of the machine (bfloat16 or float32) instead in
/// layers where bytes would change what it makes of calibration's inputs by more than 3 %, root mean square. Memory one
/// float32 matrix beside the weights; each is freed as it is replaced. Source   Xiao et al. 2022, SmoothQuant, eq. 4,
/// alpha = 0.5.
void turn_into_bytes(EncoderWeights& weights, const Calibration& calibration, ThreadPool& pool);

}  // namespace sememe
