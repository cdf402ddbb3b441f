// Compiled with AVX2 and FMA. Includes only immintrin.h and declarations.
#if defined(__x86_64__)

#include <immintrin.h>

#include "map/lane_tables.h"
#include "map/lanes.h"

namespace sememe {
namespace {

#include "map/lanes_body.h"

}  // namespace

const LaneTable kAvx2Lanes = SEMEME_LANE_TABLE;

}  // namespace sememe

#endif
