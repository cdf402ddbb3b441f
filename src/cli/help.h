#pragma once

#include <string>

#include "cli/command.h"

namespace sememe::cli {

/// What `sememe --help` prints.
std::string program_help();
/// What `sememe COMMAND --help` prints.
std::string command_help(const Command& command);

}  // namespace sememe::cli
