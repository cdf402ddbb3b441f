#include "io/zip.h"

#include <zlib.h>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <new>
#include <set>
#include <utility>

#include "base/fail.h"
#include "io/little_endian.h"
#include "io/zip_format.h"

namespace sememe {

using namespace zip_format;  // NOLINT(google-build-using-namespace): constants of this one format

namespace {

constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kZip64EndBytes = 56,
                      kZip64LocatorBytes = 20;
constexpr std::uint64_t kMaxDeflateRatio = 1032;  // zlib.net/zlib_tech.html, "Maximum Compression Factor"

/// Inflates a raw deflate stream that must fill `out` exactly and end with `packed`.
bool inflate_exactly(std::string_view packed, std::span<char> out) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts in 32 bits
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  char nothing = 0;  // zlib refuses a null output, also for an empty one
  stream.next_out = reinterpret_cast<Bytef*>(out.empty() ? &nothing : out.data());
  std::size_t room = out.size();
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t n = std::min(packed.size(), kMost);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream.avail_in = static_cast<uInt>(n);
      packed.remove_prefix(n);
    }
    if (stream.avail_out == 0) {
      stream.avail_out = static_cast<uInt>(std::min(room, kMost));
      room -= stream.avail_out;
    }
    status = ::inflate(&stream, Z_NO_FLUSH);  // Z_BUF_ERROR when nothing is left to read or no room
  }
  const bool exact =
      status == Z_STREAM_END && stream.avail_in == 0 && packed.empty() && stream.avail_out == 0 && room == 0;
  ::inflateEnd(&stream);
  return exact;
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : path_(path), file_(path) { read_directory(); }

void ZipReader::corrupt(std::string_view message) const { fail(ErrorCode::kCorrupt, path_.string(), ": ", message); }

void ZipReader::read_directory() {
  const std::string_view text = file_.text();
  // The end record stands last, before a comment of at most 65,535 bytes.
  std::size_t end = std::string_view::npos;
  if (text.size() >= kEndBytes) {
    const std::size_t lowest = text.size() - std::min<std::size_t>(text.size(), kEndBytes + 0xFFFF);
    for (std::size_t at = text.size() - kEndBytes + 1; at-- > lowest;) {
      if (read_little<std::uint32_t>(text, at) == kEnd &&
          read_little<std::uint16_t>(text, at + 20) == text.size() - at - kEndBytes) {
        end = at;
        break;
      }
    }
  }
  if (end == std::string_view::npos) corrupt("not a ZIP archive, or truncated: no end record");
  std::uint64_t count = read_little<std::uint16_t>(text, end + 10), size = read_little<std::uint32_t>(text, end + 12),
                offset = read_little<std::uint32_t>(text, end + 16);
  std::uint64_t disks = read_little<std::uint16_t>(text, end + 4);
  std::size_t directory_end = end;
  if (end >= kZip64LocatorBytes && read_little<std::uint32_t>(text, end - kZip64LocatorBytes) == kZip64Locator) {
    const auto at = read_little<std::uint64_t>(text, end - kZip64LocatorBytes + 8);
    if (end < kZip64LocatorBytes + kZip64EndBytes || at > end - kZip64LocatorBytes - kZip64EndBytes ||
        read_little<std::uint32_t>(text, static_cast<std::size_t>(at)) != kZip64End) {
      corrupt("the ZIP64 end record is not where it should be");
    }
    directory_end = static_cast<std::size_t>(at);
    disks = read_little<std::uint32_t>(text, directory_end + 16);
    count = read_little<std::uint64_t>(text, directory_end + 32);
    size = read_little<std::uint64_t>(text, directory_end + 40);
    offset = read_little<std::uint64_t>(text, directory_end + 48);
  }
  if (disks != 0) fail(ErrorCode::kUnsupported, path_.string(), ": a ZIP archive on several disks");
  if (size > directory_end || offset > directory_end - size) corrupt("the directory leaves the file");
  if (count > size / kCentralBytes) corrupt("the directory has fewer entries than it says");

  const std::string_view directory = text.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  std::set<std::string_view> names;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (directory.size() - at < kCentralBytes || read_little<std::uint32_t>(directory, at) != kCentralHeader) {
      corrupt("the directory is damaged");
    }
    const std::string_view head = directory.substr(at, kCentralBytes);
    const std::size_t name_bytes = read_little<std::uint16_t>(head, 28),
                      extra_bytes = read_little<std::uint16_t>(head, 30),
                      comment_bytes = read_little<std::uint16_t>(head, 32);
    if (directory.size() - at - kCentralBytes < name_bytes + extra_bytes + comment_bytes)
      corrupt("the directory is damaged");
    const std::string_view name = directory.substr(at + kCentralBytes, name_bytes);
    std::string_view extra = directory.substr(at + kCentralBytes + name_bytes, extra_bytes);
    at += kCentralBytes + name_bytes + extra_bytes + comment_bytes;

    std::uint64_t values[3] = {
        read_little<std::uint32_t>(head, 24), read_little<std::uint32_t>(head, 20),
        read_little<std::uint32_t>(head, 42)};  // size, compressed size, offset of the local header
    while (extra.size() >= 4) {
      const auto id = read_little<std::uint16_t>(extra, 0);
      std::string_view body = extra.substr(4, read_little<std::uint16_t>(extra, 2));
      extra.remove_prefix(4 + body.size());
      if (id != kZip64Extra) continue;
      for (std::uint64_t& value : values) {  // only those that are all ones stand here
        if (value != 0xFFFFFFFF) continue;
        if (body.size() < 8) corrupt(concat("entry ", quote(name), ": the ZIP64 field is damaged"));
        value = read_little<std::uint64_t>(body, 0);
        body.remove_prefix(8);
      }
    }
    const auto flags = read_little<std::uint16_t>(head, 8);
    ZipEntry entry;
    entry.name = name;
    entry.method = read_little<std::uint16_t>(head, 10);
    entry.crc = read_little<std::uint32_t>(head, 16);
    if ((flags & 1) != 0) fail(ErrorCode::kUnsupported, path_.string(), ": entry ", quote(name), " is encrypted");
    if (entry.method != kStored && entry.method != kDeflated) {
      fail(ErrorCode::kUnsupported, path_.string(), ": entry ", quote(name), ": compression method ", entry.method,
           "; stored and deflated entries are read");
    }
    const std::uint64_t limit = text.size();
    if (values[2] > limit || values[1] > limit || values[0] / kMaxDeflateRatio > values[1] + 1 ||
        (entry.method == kStored && values[0] != values[1])) {
      corrupt(concat("entry ", quote(name), ": its sizes do not fit the file; is it truncated?"));
    }
    entry.size = static_cast<std::int64_t>(values[0]);
    entry.compressed = static_cast<std::int64_t>(values[1]);
    entry.header_offset = static_cast<std::int64_t>(values[2]);
    if (!names.insert(name).second) corrupt(concat("entry ", quote(name), " stands twice"));
    entries_.push_back(std::move(entry));
  }
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const ZipEntry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

const ZipEntry& ZipReader::at(std::string_view name) const {
  const ZipEntry* const entry = find(name);
  if (entry == nullptr) fail(ErrorCode::kNotFound, path_.string(), ": holds no file ", quote(name));
  return *entry;
}

std::string_view ZipReader::stored(const ZipEntry& entry) const {
  if (entry.method != kStored)
    fail(ErrorCode::kUnsupported, path_.string(), ": entry ", quote(entry.name),
         " is compressed; a model is read where it lies: pack it with sememe convert, or zip -0");
  return packed(entry);
}

/// The bytes of an entry as they stand in the file.
std::string_view ZipReader::packed(const ZipEntry& entry) const {
  const std::string_view text = file_.text();
  const auto header = static_cast<std::size_t>(entry.header_offset);
  const auto where = [&](std::string_view message) { return concat("entry ", quote(entry.name), ": ", message); };
  if (text.size() - header < kLocalBytes || read_little<std::uint32_t>(text, header) != kLocalHeader) {
    corrupt(where("its header is not where the directory says"));
  }
  const std::size_t start = header + kLocalBytes + read_little<std::uint16_t>(text, header + 26) +
                            read_little<std::uint16_t>(text, header + 28);
  if (start > text.size() || static_cast<std::uint64_t>(entry.compressed) > text.size() - start) {
    corrupt(where("its data leaves the file; is it truncated?"));
  }
  return text.substr(start, static_cast<std::size_t>(entry.compressed));
}

Buffer<std::byte> ZipReader::read(const ZipEntry& entry) const {
  const std::string_view bytes = packed(entry);
  Buffer<std::byte> out(entry.size);
  const auto size = static_cast<std::size_t>(entry.size);
  if (entry.method == kStored) {
    if (size != 0) std::memcpy(out.data(), bytes.data(), size);
  } else if (!inflate_exactly(bytes, {reinterpret_cast<char*>(out.data()), size})) {
    corrupt(concat("entry ", quote(entry.name), ": its compressed data is damaged"));
  }
  if (checksum(0, {reinterpret_cast<const char*>(out.data()), size}) != entry.crc) {
    corrupt(concat("entry ", quote(entry.name), ": wrong checksum: the file is damaged"));
  }
  return out;
}

}  // namespace sememe
