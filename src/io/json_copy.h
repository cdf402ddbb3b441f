#pragma once

#include <functional>
#include <map>
#include <string_view>

#include "io/json.h"
#include "io/json_writer.h"

namespace sememe {

/// Writes a value that was read, with all inside, as the next value of `out`. The order of members stays.
void copy_json(const Json& json, JsonWriter& out);

/// The same of an object, but the values of some members are written by others, which get what was read.
void copy_changed(const Json& object, JsonWriter& out,
                  const std::map<std::string_view, std::function<void(const Json&)>>& changed);

}  // namespace sememe
