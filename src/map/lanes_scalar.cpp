// For every machine. Includes only declarations.

#include "map/lane_tables.h"
#include "map/lanes.h"

namespace sememe {
namespace {

#include "map/lanes_body.h"

}  // namespace

const LaneTable kScalarLanes = SEMEME_LANE_TABLE;

}  // namespace sememe
