#include <zlib.h>

#include <algorithm>
#include <concepts>
#include <utility>

#include "base/fail.h"
#include "io/zip.h"
#include "io/zip_format.h"

namespace sememe {

using namespace zip_format;  // NOLINT(google-build-using-namespace): constants of this one format

namespace {

constexpr int kVersion = 45;   // ZIP64
constexpr int kUnix = 3 << 8;  // "made by"
constexpr std::uint32_t kFileMode = 0100644u << 16;
constexpr std::uint16_t kUtf8Names = 1 << 11;
constexpr std::uint16_t kDosDate = 1 << 5 | 1;  // 1 January 1980: equal contents make equal files
constexpr std::uint16_t kPadding = 0xD935;      // what Android's zipalign pads with: readers skip it
constexpr std::uint32_t kAllOnes = 0xFFFFFFFF;  // "see the ZIP64 field"
constexpr std::int64_t kCrcOffset = 14;         // in a local header

/// Little-endian fields, one after another.
class Fields {
 public:
  Fields& add16(std::integral auto value) { return add(static_cast<std::uint64_t>(value), 2); }
  Fields& add32(std::integral auto value) { return add(static_cast<std::uint64_t>(value), 4); }
  Fields& add64(std::integral auto value) { return add(static_cast<std::uint64_t>(value), 8); }
  Fields& text(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  Fields& add(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i) & 255));
    return *this;
  }
  std::string bytes_;
};

}  // namespace

ZipWriter::ZipWriter(const std::filesystem::path& path) : file_(path) {
  if (!file_.seekable()) {
    fail(ErrorCode::kInvalidArgument, path.string(),
         " cannot seek, and a ZIP archive is completed backwards: write to a file");
  }
}

void ZipWriter::begin(std::string_view name, std::int64_t alignment) {
  if (open_)
    fail(ErrorCode::kInvalidArgument, file_.path().string(), ": the entry before ", quote(name), " is not ended");
  if (name.size() > 0xFFFF) fail(ErrorCode::kInvalidArgument, file_.path().string(), ": an entry's name is too long");
  if (!names_.emplace(name).second) {
    fail(ErrorCode::kInvalidArgument, file_.path().string(), ": two entries named ", quote(name));
  }
  ZipEntry entry;
  entry.name = name;
  entry.header_offset = file_.size();
  entries_.push_back(std::move(entry));
  // A field that readers skip moves the data to where it is wanted.
  constexpr std::int64_t kFixed = 30 + 20, kFieldHead = 4;
  std::int64_t filling = (alignment - (file_.size() + kFixed + std::ssize(name)) % alignment) % alignment;
  while (filling > 0 && filling < kFieldHead) filling += alignment;
  Fields padding;
  if (filling > 0)
    padding.add16(kPadding)
        .add16(filling - kFieldHead)
        .text(std::string(static_cast<std::size_t>(filling - kFieldHead), '\0'));
  // Checksum, sizes and the last field are filled in by end(): its 16 bytes become the ZIP64 sizes if they are needed.
  file_.write(Fields()
                  .add32(kLocalHeader)
                  .add16(kVersion)
                  .add16(kUtf8Names)
                  .add16(kStored)
                  .add16(0)
                  .add16(kDosDate)
                  .add32(0)
                  .add32(0)
                  .add32(0)
                  .add16(name.size())
                  .add16(20 + filling)
                  .text(name)
                  .text(padding.bytes())
                  .add16(kPadding)
                  .add16(16)
                  .add64(0)
                  .add64(0)
                  .bytes());
  data_offset_ = file_.size();
  head_bytes_ = 0;
  head_crc_ = rest_crc_ = 0;
  open_ = true;
}

void ZipWriter::write(std::string_view bytes) {
  if (file_.size() == data_offset_) {
    head_bytes_ = bytes.size();
    head_crc_ = checksum(0, bytes);
  } else {
    rest_crc_ = checksum(rest_crc_, bytes);
  }
  file_.write(bytes);
}

void ZipWriter::end(std::string_view head) {
  if (!head.empty()) {
    if (!open_ || head.size() != head_bytes_) {
      fail(ErrorCode::kInvalidArgument, file_.path().string(), ": the entry's first ", head_bytes_,
           " bytes cannot be replaced by ", head.size());
    }
    file_.write_at(data_offset_, head);
    head_crc_ = checksum(0, head);
  }
  ZipEntry& entry = entries_.back();
  entry.size = entry.compressed = file_.size() - data_offset_;
  const std::int64_t rest = entry.size - static_cast<std::int64_t>(head_bytes_);
  entry.crc = static_cast<std::uint32_t>(::crc32_combine(head_crc_, rest_crc_, rest));
  const bool zip64 = entry.size >= zip64_limit_;
  const std::uint64_t size = zip64 ? kAllOnes : static_cast<std::uint64_t>(entry.size);
  file_.write_at(entry.header_offset + kCrcOffset, Fields().add32(entry.crc).add32(size).add32(size).bytes());
  if (zip64) {
    file_.write_at(data_offset_ - 20,
                   Fields().add16(kZip64Extra).add16(16).add64(entry.size).add64(entry.size).bytes());
  }
  open_ = false;
}

void ZipWriter::finish() {
  if (open_) fail(ErrorCode::kInvalidArgument, file_.path().string(), ": the last entry is not ended");
  const std::int64_t offset = file_.size();
  const auto narrow = [&](std::int64_t value) -> std::uint64_t {
    return value >= zip64_limit_ ? kAllOnes : static_cast<std::uint64_t>(value);
  };
  for (const ZipEntry& entry : entries_) {
    Fields extra;
    for (const std::int64_t value : {entry.size, entry.compressed, entry.header_offset}) {
      if (value >= zip64_limit_) extra.add64(value);
    }
    const std::size_t extra_bytes = extra.bytes().size();
    Fields record;
    record.add32(kCentralHeader)
        .add16(kVersion | kUnix)
        .add16(kVersion)
        .add16(kUtf8Names)
        .add16(kStored)
        .add16(0)
        .add16(kDosDate)
        .add32(entry.crc)
        .add32(narrow(entry.compressed))
        .add32(narrow(entry.size))
        .add16(entry.name.size())
        .add16(extra_bytes == 0 ? 0 : extra_bytes + 4)
        .add16(0)
        .add16(0)
        .add16(0)
        .add32(kFileMode)
        .add32(narrow(entry.header_offset))
        .text(entry.name);
    if (extra_bytes != 0) record.add16(kZip64Extra).add16(extra_bytes).text(extra.bytes());
    file_.write(record.bytes());
  }
  const std::int64_t end = file_.size(), size = end - offset, count = std::ssize(entries_);
  if (count >= std::min<std::int64_t>(0xFFFF, zip64_limit_) || size >= zip64_limit_ || offset >= zip64_limit_) {
    file_.write(Fields()
                    .add32(kZip64End)
                    .add64(44)
                    .add16(kVersion | kUnix)
                    .add16(kVersion)
                    .add32(0)
                    .add32(0)
                    .add64(count)
                    .add64(count)
                    .add64(size)
                    .add64(offset)
                    .add32(kZip64Locator)
                    .add32(0)
                    .add64(end)
                    .add32(1)
                    .bytes());
  }
  const std::int64_t shown = std::min<std::int64_t>(count, 0xFFFF);
  file_.write(Fields()
                  .add32(kEnd)
                  .add16(0)
                  .add16(0)
                  .add16(shown)
                  .add16(shown)
                  .add32(narrow(size))
                  .add32(narrow(offset))
                  .add16(0)
                  .bytes());
  file_.commit();
}

}  // namespace sememe
