#include "map/lanes.h"

#include "map/lane_tables.h"

namespace sememe {

const LaneTable& lanes(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) return kAvx2Lanes;
  if (isa == Isa::kAvx512) return kAvx512Lanes;
#endif
  (void)isa;
  return kScalarLanes;
}

const LaneTable& lanes() {
  static const LaneTable& table = lanes(kernels().isa);
  return table;
}

}  // namespace sememe
