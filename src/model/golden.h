#pragma once

#include <span>
#include <string>

#include "sememe/encoder.h"

namespace sememe {

/// golden.jsonl (docs/formats.md): what `encoder`, of float32, makes of `texts`.
std::string golden_lines(const Encoder& encoder, std::span<const std::string> texts);

}  // namespace sememe
