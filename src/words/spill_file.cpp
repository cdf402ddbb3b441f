#include "words/spill_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/fail.h"

namespace sememe {
namespace {

int open_nameless(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  std::string name = (folder / "sememe-XXXXXX").string();  // not every file system has O_TMPFILE
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) fail_errno("cannot make a temporary file in", folder);
  ::unlink(name.c_str());
  return named;
}

std::filesystem::path temporary_folder() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : folder;
}

}  // namespace

std::int64_t SpillFile::append(std::span<const std::byte> bytes) {
  if (file_.fd < 0) file_ = Descriptor(open_nameless(temporary_folder()));
  const std::int64_t at = size_;
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(file_.fd, bytes.data(), bytes.size(), size_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot write a temporary file in", temporary_folder());
    size_ += n;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return at;
}

void SpillFile::read(std::int64_t at, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(file_.fd, out.data(), out.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_errno("cannot read a temporary file in", temporary_folder());
    at += n;
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace sememe
