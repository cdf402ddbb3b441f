#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace sememe::test {

/// Folder of the shared test data: $SEMEME_TEST_DATA, else ../shared/data beside the source tree.
inline std::filesystem::path shared_data(const std::string& relative = "") {
  const char* const given = std::getenv("SEMEME_TEST_DATA");
  const std::filesystem::path root = given != nullptr && *given != '\0'
                                         ? std::filesystem::path(given)
                                         : std::filesystem::path(SEMEME_SOURCE_DIR) / ".." / "shared" / "data";
  return root / relative;
}

/// Folder of the real test model that tools/setup puts into the cache.
inline std::filesystem::path minilm_folder() {
  const char* const xdg = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  const std::filesystem::path cache = xdg != nullptr && *xdg != '\0'
                                          ? std::filesystem::path(xdg)
                                          : std::filesystem::path(home != nullptr ? home : "/root") / ".cache";
  return cache / "sememe" / "models" / "sentence-transformers" / "all-MiniLM-L6-v2";
}

}  // namespace sememe::test

/// Skips the running test, saying why, when `path` is not there.
#define SEMEME_SKIP_WITHOUT(path)                                                        \
  do {                                                                                   \
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << (path).string(); \
  } while (false)
