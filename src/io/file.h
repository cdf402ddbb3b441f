#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sememe {

/// A whole file mapped read-only. The mapping lives as long as the object; an empty file maps to an empty span. The
/// path may lead into a bundle (io/bundle.h): then bytes() are those of the entry, whose checksum is not looked at.
/// Errors  kNotFound (no such file), kInvalidArgument (a directory, or not a regular file), kIo; of bundles also
///         kCorrupt, and kUnsupported for a compressed entry.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&&) noexcept;
  MappedFile& operator=(MappedFile&&) noexcept;
  /// The same; if the file is gzip or zstd (its first bytes tell), what it unpacks to, in a nameless temporary file.
  /// Errors  also those of ByteSource; kInvalidArgument: it unpacks to more than 64 MB and 100 times its size.
  static MappedFile unpacked(const std::filesystem::path& path);

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const;
  /// madvise(MADV_WILLNEED) on all, and MADV_DONTNEED on the whole pages inside a part of bytes().
  void will_need() const;
  void release(std::span<const std::byte> part) const;

 private:
  MappedFile() = default;
  MappedFile(int descriptor, std::int64_t size, const std::filesystem::path& path);
  std::span<const std::byte> mapping_;
  std::span<const std::byte> bytes_;  // all of mapping_, or an entry in it
};

/// The bytes of a regular file, or of an entry of a bundle, whose checksum is verified.
/// Errors  as MappedFile; kCorrupt if it holds more than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::int64_t max_bytes);

/// Makes a folder and those above it, unless they are there. Errors  kIo.
void make_folders(const std::filesystem::path& folder);
/// Whether nothing is there, or an empty folder. A path that cannot be looked at counts as new: writing there says why.
bool is_new_folder(const std::filesystem::path& path);

/// Writes a file so that readers see all of it or nothing: bytes go to a temporary file in the same folder,
/// commit() flushes and renames it over `path`; without commit() (an exception, Ctrl-C through unwinding) it is
/// removed. A new file gets its mode from the umask, a replaced one keeps its permission bits, and a symbolic link
/// stays one: its target is replaced. Paths that are not regular files (/dev/null, a pipe) and open descriptors
/// (/dev/stdout, /dev/fd/N) are written directly.
/// Errors  kIo with the system's reason ("No space left on device"), kInvalidArgument (a directory).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);                          ///< appends, buffered
  void flush();                                                ///< hands what is buffered to the system
  void write_at(std::int64_t offset, std::string_view bytes);  ///< overwrites bytes written before
  bool seekable() const;                                       ///< whether write_at works: not on a pipe or a terminal
  std::int64_t size() const;                                   ///< bytes appended so far
  const std::filesystem::path& path() const;                   ///< as given
  void commit();

  /// Removes every temporary file that is open now: async-signal-safe, for handlers of SIGINT and SIGTERM.
  /// Knows the first 64 that are open at a time.
  static void remove_all_on_signal() noexcept;

 private:
  struct State;
  State* state_;
};

/// Writes a file of these bytes, as AtomicFile does. Errors  as there.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace sememe
