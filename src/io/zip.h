#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "io/file.h"

namespace sememe {

/// Source   APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3 to 4.5.
struct ZipEntry {
  std::string name;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflate
  std::uint32_t crc = 0;
  std::int64_t compressed = 0, size = 0;  ///< bytes
  std::int64_t header_offset = 0;
};

/// The entries of a ZIP archive in memory-mapped form; ZIP64 too.
/// Errors  kCorrupt, kUnsupported (encryption, several disks, other methods), those of MappedFile.
class ZipReader {
 public:
  explicit ZipReader(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(std::string_view name) const;
  /// The same; kNotFound names the archive and the entry.
  const ZipEntry& at(std::string_view name) const;
  /// The bytes of a stored entry where they are mapped, unverified. kUnsupported: it is compressed.
  std::string_view stored(const ZipEntry& entry) const;
  /// The mapping, which what stored() gave points into.
  MappedFile release() && { return std::move(file_); }
  /// The bytes of an entry; its checksum is verified.
  Buffer<std::byte> read(const ZipEntry& entry) const;

 private:
  void read_directory();
  std::string_view packed(const ZipEntry& entry) const;
  [[noreturn]] void corrupt(std::string_view message) const;

  std::filesystem::path path_;
  MappedFile file_;
  std::vector<ZipEntry> entries_;
};

/// Writes stored entries one after another; sizes and checksums are filled in when an entry ends.
/// Errors  kInvalidArgument: an output that cannot seek, a name twice or longer than 65,535 bytes; those of AtomicFile.
class ZipWriter {
 public:
  explicit ZipWriter(const std::filesystem::path& path);

  /// The first byte of the entry stands at a multiple of `alignment`, a power of 2 up to 4096.
  void begin(std::string_view name, std::int64_t alignment = 1);
  void write(std::string_view bytes);
  /// Ends the entry. `head` replaces its first bytes, written before with the same length.
  void end(std::string_view head = {});
  void finish();
  /// From now on entries are written as if they were over 4 GiB: for tests.
  void force_zip64() { zip64_limit_ = 0; }

 private:
  AtomicFile file_;
  std::vector<ZipEntry> entries_;
  std::set<std::string, std::less<>> names_;
  std::int64_t data_offset_ = 0;
  std::size_t head_bytes_ = 0;  // length of the entry's first write
  std::uint32_t head_crc_ = 0;
  std::uint32_t rest_crc_ = 0;
  bool open_ = false;
  std::int64_t zip64_limit_ = 0xFFFFFFFF;
};

}  // namespace sememe
