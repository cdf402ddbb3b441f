#include "io/own_file.h"

namespace sememe {

std::filesystem::path own_file(std::string_view name) {
  std::error_code unknown;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const std::filesystem::path& share :
       {folder / "share", folder.parent_path() / "share", std::filesystem::path(SEMEME_INSTALLED_DATA)})
    if (std::filesystem::path file = share / "sememe" / name; std::filesystem::exists(file, unknown)) return file;
  return {};
}

}  // namespace sememe
