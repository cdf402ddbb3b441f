#include "io/spill_file.h"

#include <unistd.h>

#include <cerrno>

namespace sememe {

std::int64_t SpillFile::append(std::span<const std::byte> bytes) {
  if (file_.fd < 0) file_ = open_temporary();
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
