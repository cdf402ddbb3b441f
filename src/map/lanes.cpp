#include "map/lanes.h"

#include "map/lane_tables.h"

namespace sememe {

const LaneTable& lanes(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::kAvx2:
    case Isa::kAvxVnni:
      return kAvx2Lanes;
    case Isa::kAvx512:
    case Isa::kAvx512Vnni:
    case Isa::kAvx512Bf16:
      return kAvx512Lanes;
#endif
    default:  // kScalar, and kNeon: the compiler makes ARM's own vectors of its loops
      return kScalarLanes;
  }
}

const LaneTable& lanes() {
  static const LaneTable& table = lanes(kernels().isa);
  return table;
}

}  // namespace sememe
