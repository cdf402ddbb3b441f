#pragma once

#include <filesystem>
#include <string_view>

namespace sememe {

/// A file that comes with the program or the library, "words-en.safetensors": in share/sememe beside the running
/// program or one folder up (a build, or bin/ of an installation), or where the library was installed. Empty if it is
/// in none of these.
std::filesystem::path own_file(std::string_view name);

}  // namespace sememe
