#pragma once

#include <string>

namespace sememe::cli {

/// Scripts that complete commands, flags, choices and file names, made from the tables.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace sememe::cli
