#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "sememe/error.h"

namespace sememe::test {

/// A folder of one test's own, removed with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sememe-io-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  /// Writes a file here and returns its path.
  std::filesystem::path add(std::string_view name, std::string_view bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::filesystem::remove(path_ / name);  // truncating a file instead makes ext4 write it to the disk
    std::ofstream(path_ / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

inline std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The error that `call` throws; fails the test if it throws none.
template <class Call>
Error error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos) << error.what();
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(ErrorCode::kOverloaded, "no error");
}

/// shared/data, or nullopt where it is not mounted.
inline std::optional<std::filesystem::path> test_data() {
  const char* const variable = std::getenv("SEMEME_TEST_DATA");
  const std::filesystem::path path =
      variable != nullptr ? variable : std::filesystem::path(SEMEME_SOURCE_DIR) / "../shared/data";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

}  // namespace sememe::test

/// Expects `statement` to throw sememe::Error of `expected_code`, with `part` in its message.
#define EXPECT_FAILS(statement, expected_code, part)                                                      \
  do {                                                                                                    \
    const ::sememe::Error error_thrown = ::sememe::test::error_of([&] { static_cast<void>(statement); }); \
    EXPECT_EQ(error_thrown.code(), ::sememe::ErrorCode::expected_code) << error_thrown.what();            \
    EXPECT_NE(std::string(error_thrown.what()).find(part), std::string::npos)                             \
        << "expected '" << (part) << "' in: " << error_thrown.what();                                     \
  } while (false)
