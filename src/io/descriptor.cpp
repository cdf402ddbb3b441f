#include "io/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "base/fail.h"

namespace sememe {
namespace {

Descriptor open_checked(const std::filesystem::path& path, bool regular_only) {
  // Without O_NONBLOCK the opening of a pipe waits for its writer, before fstat can tell that it is one.
  const int flags = O_RDONLY | O_CLOEXEC | (regular_only ? O_NONBLOCK : 0);
  const bool standard_input = !regular_only && path == "-";
  Descriptor file(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), flags));
  if (file.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) fail(ErrorCode::kNotFound, "no such file: ", path.string());
    fail_errno("cannot open", path);
  }
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) fail_errno("cannot open", path);
  if (S_ISDIR(status.st_mode)) {
    fail(ErrorCode::kInvalidArgument, path.string(), " is a directory; a file is needed");
  }
  if (S_ISREG(status.st_mode)) {
    file.size = status.st_size;
  } else if (regular_only) {
    fail(ErrorCode::kInvalidArgument, path.string(), " is not a regular file; a regular file is needed");
  }
  return file;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)), size(other.size) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd, other.fd);
  std::swap(size, other.size);
  return *this;
}

Descriptor open_input(const std::filesystem::path& path) { return open_checked(path, false); }
Descriptor open_regular(const std::filesystem::path& path) { return open_checked(path, true); }

std::filesystem::path temporary_folder() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : folder;
}

Descriptor open_temporary() {
  const std::filesystem::path folder = temporary_folder();
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return Descriptor(fd);
  std::string name = (folder / "sememe-XXXXXX").string();  // not every file system has O_TMPFILE
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) fail_errno("cannot make a temporary file in", folder);
  ::unlink(name.c_str());
  return Descriptor(named);
}

ssize_t read_some(int fd, void* out, std::size_t size) {
  for (;;) {
    const ssize_t got = ::read(fd, out, size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

void fail_errno(std::string_view what, const std::filesystem::path& path) {
  const int reason = errno;
  fail(ErrorCode::kIo, what, " ", path.string(), ": ", std::generic_category().message(reason));
}

}  // namespace sememe
