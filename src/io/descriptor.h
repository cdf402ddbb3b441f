#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sememe {

/// Owns a file descriptor.
struct Descriptor {
  int fd = -1;
  std::int64_t size = 0;  ///< of a regular file, when it was opened

  Descriptor() = default;
  explicit Descriptor(int fd_) : fd(fd_) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
};

/// Opens a file to read; "-" is standard input (of which the Descriptor owns a duplicate). kNotFound, kInvalidArgument
/// (a directory), kIo.
Descriptor open_input(const std::filesystem::path& path);
/// The same for regular files only; anything else (a pipe would block) is kInvalidArgument.
Descriptor open_regular(const std::filesystem::path& path);

/// Where temporary files go: $TMPDIR, else /tmp.
std::filesystem::path temporary_folder();
/// A new file without a name in temporary_folder(), to write and read: no signal and no crash leaves it behind.
Descriptor open_temporary();

/// read(2), again when a signal interrupts it.
ssize_t read_some(int fd, void* out, std::size_t size);

/// Throws kIo, "<what> <path>: <reason of errno>".
[[noreturn]] void fail_errno(std::string_view what, const std::filesystem::path& path);

}  // namespace sememe
