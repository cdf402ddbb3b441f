#include "io/bundle.h"

#include <algorithm>

#include "base/fail.h"
#include "io/zip.h"

namespace sememe {
namespace fs = std::filesystem;

bool is_bundle(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == kBundleEnding && fs::is_regular_file(path, ignored);
}

std::optional<BundlePath> into_bundle(const fs::path& path) {
  if (path.native().find(kBundleEnding) == std::string::npos) return std::nullopt;
  for (fs::path parent = path.parent_path(); parent.has_relative_path(); parent = parent.parent_path())
    if (is_bundle(parent)) return BundlePath{parent, path.lexically_relative(parent).generic_string()};
  return std::nullopt;
}

bool file_exists(const fs::path& path) {
  if (const auto inside = into_bundle(path)) {
    try {
      return ZipReader(inside->bundle).find(inside->name) != nullptr;
    } catch (const Error&) {
      return true;
    }
  }
  std::error_code error;
  return fs::exists(path, error);
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> names;
  const auto hidden = [](const fs::path& path) {
    return std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part.native().starts_with('.'); });
  };
  if (is_bundle(folder)) {
    const ZipReader zip(folder);
    for (const ZipEntry& entry : zip.entries())
      if (!entry.name.ends_with('/') && !hidden(entry.name)) names.push_back(entry.name);
  } else {
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      const fs::path relative = at->path().lexically_relative(folder);
      if (!hidden(relative) && at->is_regular_file(error)) names.push_back(relative.generic_string());
    }
    if (error) fail(ErrorCode::kIo, folder.string(), ": cannot read the folder: ", error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void check_bundle(const fs::path& bundle) {
  const ZipReader zip(bundle);
  for (const ZipEntry& entry : zip.entries()) zip.read(entry);
}

}  // namespace sememe
