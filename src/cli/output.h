#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "io/file.h"

namespace sememe::cli {

/// The path that AtomicFile writes for -o: "-" is standard output.
std::filesystem::path output_path(std::string_view name);

/// Whether bytes written to `path` can be changed afterwards: a regular file, or one that does not exist yet.
bool can_seek(const std::filesystem::path& path);

/// Bytes kept in a nameless temporary file, which no signal and no crash leaves behind.
/// Errors  kIo.
class Spool {
 public:
  Spool();
  void append(std::string_view bytes);
  std::int64_t size() const { return size_; }
  /// "/dev/fd/N": the file as a path that can be written by others.
  std::filesystem::path path() const;
  /// Hands all bytes, also those written through path(), to `take`, in pieces of `multiple` bytes.
  void drain(const std::function<void(std::span<const std::byte>)>& take, std::int64_t multiple = 1);

 private:
  void flush();

  Descriptor file_;
  std::string buffer_;
  std::int64_t size_ = 0;
};

/// A place for formats that are patched at their end: the output itself if it can seek, else a temporary file that is
/// copied to it.
class SeekableOutput {
 public:
  /// `name` as -o gives it.
  explicit SeekableOutput(std::string_view name);
  const std::filesystem::path& path() const { return path_; }  ///< write the file here, then call finish()
  void finish();

 private:
  std::filesystem::path target_, path_;
  std::optional<Spool> spool_;
};

}  // namespace sememe::cli
