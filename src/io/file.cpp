#include "io/file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/byte_source.h"
#include "io/descriptor.h"
#include "io/spill_file.h"
#include "io/unpacker.h"
#include "io/zip.h"

namespace sememe {

MappedFile::MappedFile(const std::filesystem::path& path) {
  if (const auto inside = into_bundle(path)) {
    ZipReader zip(inside->bundle);
    const std::string_view entry = zip.stored(zip.at(inside->name));
    *this = std::move(zip).release();
    bytes_ = std::as_bytes(std::span(entry));
    return;
  }
  const Descriptor file = open_regular(path);
  *this = MappedFile(file.fd, file.size, path);
}

MappedFile::MappedFile(int descriptor, std::int64_t file_size, const std::filesystem::path& path) {
  const std::size_t size = static_cast<std::size_t>(file_size);
  if (size == 0) return;
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (start == MAP_FAILED) fail_errno("cannot map", path);
  mapping_ = bytes_ = {static_cast<const std::byte*>(start), size};
}

MappedFile MappedFile::unpacked(const std::filesystem::path& path) {
  constexpr std::int64_t kTimes = 100, kAlways = std::int64_t{64} << 20;  // vectors pack to a third, bombs to nothing
  MappedFile stored(path);
  if (!Unpacker::unpacks(stored.text())) return stored;
  ByteSource source(path);
  SpillFile unpacked;
  std::vector<char> chunk(std::size_t{1} << 17);
  while (const std::size_t got = source.read(chunk.data(), chunk.size())) {
    unpacked.append(std::as_bytes(std::span(chunk).first(got)));
    if (unpacked.size() > std::max(kAlways, kTimes * source.total_bytes()))
      fail(ErrorCode::kInvalidArgument, path.string(), ": unpacks to more than ", kTimes,
           " times its size; if that is as it should be, unpack it first");
  }
  return MappedFile(unpacked.descriptor(), unpacked.size(), path);
}

MappedFile::~MappedFile() {
  if (!mapping_.empty()) ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : mapping_(std::exchange(other.mapping_, {})), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

std::string_view MappedFile::text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

void MappedFile::will_need() const {
  if (!mapping_.empty()) ::madvise(const_cast<std::byte*>(mapping_.data()), mapping_.size(), MADV_WILLNEED);
}

void MappedFile::release(std::span<const std::byte> part) const {
  static const auto kPage = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(part.data());
  const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage;
  const std::uintptr_t last = (begin + part.size()) / kPage * kPage;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

void make_folders(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(ErrorCode::kIo, folder.string(), ": cannot make the folder: ", error.message());
}

bool is_new_folder(const std::filesystem::path& path) {
  std::error_code error;
  return !std::filesystem::exists(path, error) ||
         (std::filesystem::is_directory(path, error) && std::filesystem::is_empty(path, error));
}

std::string read_file(const std::filesystem::path& path, std::int64_t max_bytes) {
  const auto refuse = [&] {
    fail(ErrorCode::kCorrupt, path.string(), ": more than the ", max_bytes, " bytes that such a file may have");
  };
  if (const auto inside = into_bundle(path)) {
    const ZipReader zip(inside->bundle);
    const ZipEntry& entry = zip.at(inside->name);
    if (entry.size > max_bytes) refuse();
    const Buffer<std::byte> bytes = zip.read(entry);
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(bytes.size())};
  }
  const Descriptor file = open_regular(path);
  if (file.size > max_bytes) refuse();
  std::string text;
  // The size is a hint: a file of /proc says 0, and any file may grow while it is read.
  constexpr std::size_t kSlack = 64;  // lets simdjson read past the end without a copy
  text.reserve(static_cast<std::size_t>(file.size) + 1 + kSlack);
  text.resize(static_cast<std::size_t>(file.size) + 1);
  for (std::size_t have = 0;;) {
    const ssize_t got = read_some(file.fd, text.data() + have, text.size() - have);
    if (got < 0) fail_errno("cannot read", path);
    have += static_cast<std::size_t>(got);
    if (static_cast<std::int64_t>(have) > max_bytes) refuse();
    if (got == 0) {
      text.resize(have);
      return text;
    }
    if (have == text.size()) text.resize(2 * have + 4096);
  }
}

}  // namespace sememe
