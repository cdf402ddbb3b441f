#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/json.h"

namespace sememe {

/// JSON of the normalizer or pre-tokenizer that `spec` names: names joined by commas (several are a Sequence), "none",
/// or JSON itself, which is taken as it is.
/// Errors  kInvalidArgument: an unknown name (lists those that are known).
std::string normalizer_json(std::string_view spec);
std::string pre_tokenizer_json(std::string_view spec);

/// The first component of that type in `json`: itself, or one inside a Sequence. nullopt if there is none.
std::optional<Json> find_component(const Json& json, std::string_view type);

}  // namespace sememe
