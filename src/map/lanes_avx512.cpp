// Compiled with AVX-512 (F, BW, VL, DQ). Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "map/lane_tables.h"
#include "map/lanes.h"

namespace sememe {
namespace {

#include "map/lanes_body.h"

}  // namespace

const LaneTable kAvx512Lanes = SEMEME_LANE_TABLE;

}  // namespace sememe

#endif
