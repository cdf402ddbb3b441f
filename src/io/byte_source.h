#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace sememe {

/// The bytes of a file or of standard input ("-"), unpacked if they are gzip or zstd: the first bytes tell, not the
/// name. Members of gzip and frames of zstd that follow one another are read as one. Nothing but a window (of zstd, at
/// most 128 MB) is held in memory, whatever the data unpack to. Waits for no more bytes than it must, so that a pipe
/// may be followed. Errors  kNotFound, kInvalidArgument (a directory), kIo; kCorrupt: damaged or truncated data, with
/// the byte of the
///         file as stored; kUnsupported: xz, bzip2 and zip, and zstd with a larger window or a dictionary.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  /// Up to `size` (above 0) bytes, at least one; 0 at the end.
  std::size_t read(char* out, std::size_t size);
  /// Whether read() would still wait after so long: nobody has written more to a pipe, or typed.
  bool waits(std::int64_t milliseconds) const;

  const std::string& name() const;   ///< the path, or "standard input"
  std::int64_t bytes_read() const;   ///< of the file as stored
  std::int64_t total_bytes() const;  ///< 0 if unknown (a pipe)

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sememe
