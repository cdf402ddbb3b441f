#pragma once

#include <span>
#include <string_view>

#include "sememe/error.h"

namespace sememe::cli {

/// 2 usage, 3 not found, 4 corrupt data, 5 unsupported, 6 input/output, 7 overloaded.
int exit_code(ErrorCode code);

/// Runs the program: `words` are those after its name. Returns the exit code; an error is one line on standard error.
int run_app(std::span<const std::string_view> words);

}  // namespace sememe::cli
