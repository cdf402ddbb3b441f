#pragma once

#include "io/json.h"
#include "io/json_writer.h"

namespace sememe {

/// Writes a value that was read, with all inside, as the next value of `out`. The order of members stays.
void copy_json(const Json& json, JsonWriter& out);

}  // namespace sememe
