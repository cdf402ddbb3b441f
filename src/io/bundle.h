#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// A bundle holds the files of a folder in one: a ZIP archive of stored entries whose name ends in .sememe. A path may
/// lead into one as into a folder ("mini.sememe/1_Pooling/config.json"): MappedFile, read_file and the functions here
/// take such paths.
inline constexpr std::string_view kBundleEnding = ".sememe";

/// Whether `path` is a regular file named as bundles are.
bool is_bundle(const std::filesystem::path& path);

struct BundlePath {
  std::filesystem::path bundle;
  std::string name;  ///< of the entry
};
/// The bundle that `path` leads into; none if no part of it is one.
std::optional<BundlePath> into_bundle(const std::filesystem::path& path);

/// Whether there is such a file, folder, or entry of a bundle. A bundle that cannot be read has every entry, so that
/// who opens one says what is wrong.
bool file_exists(const std::filesystem::path& path);

/// The files below a folder or in a bundle, by their paths relative to it, in the order of their names; what starts
/// with a dot is left out.
/// Errors   kIo, those of ZipReader.
std::vector<std::string> files_below(const std::filesystem::path& folder);

/// Reads every entry and checks its checksum. Errors  kCorrupt, those of ZipReader.
void check_bundle(const std::filesystem::path& bundle);

}  // namespace sememe
