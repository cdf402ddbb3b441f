#pragma once

#include "map/lanes.h"

namespace sememe {

extern const LaneTable kScalarLanes;
#if defined(__x86_64__)
extern const LaneTable kAvx2Lanes;
extern const LaneTable kAvx512Lanes;
#endif

}  // namespace sememe
