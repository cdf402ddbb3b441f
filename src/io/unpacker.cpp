#include "io/unpacker.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <new>

#include "base/fail.h"

namespace sememe {
namespace {

struct Magic {
  std::string_view bytes;
  unsigned char first_mask;  // the bits of the first byte that count
  Unpacker::Kind kind;
  std::string_view program;  // unpacks what this build does not
};

constexpr Magic kMagics[] = {
    {"\x1F\x8B", 0xFF, Unpacker::Kind::kGzip, {}},
    {"\x28\xB5\x2F\xFD", 0xFF, Unpacker::Kind::kZstd, {}},
    {"\x50\x2A\x4D\x18", 0xF0, Unpacker::Kind::kZstd, {}},  // a skippable frame, with which pzstd begins
    {std::string_view("\xFD\x37\x7A\x58\x5A\x00", 6), 0xFF, Unpacker::Kind::kOther, "xz -d"},
    {"BZh91AY&SY", 0xFF, Unpacker::Kind::kOther, "bzip2 -d"},
    {"PK\x03\x04", 0xFF, Unpacker::Kind::kOther, "unzip"},
};

/// Whether `head` begins as the magic does, as far as it goes.
bool agrees(std::string_view head, const Magic& magic) {
  const std::size_t length = std::min(head.size(), magic.bytes.size());
  for (std::size_t i = 0; i < length; ++i) {
    const unsigned mask = i == 0 ? magic.first_mask : 0xFF;
    if ((static_cast<unsigned char>(head[i]) & mask) != static_cast<unsigned char>(magic.bytes[i])) return false;
  }
  return true;
}

class GzipUnpacker : public Unpacker {
 public:
  GzipUnpacker() {
    if (::inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();
  }
  ~GzipUnpacker() override { ::inflateEnd(&stream_); }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;

  std::string_view name() const override { return "gzip"; }

  std::size_t unpack(std::string_view& packed, std::span<char> out) override {
    if (between_) {  // zeros after the last member are padding, as of tapes
      packed.remove_prefix(std::min(packed.find_first_not_of('\0'), packed.size()));
      if (packed.empty()) return 0;
      ::inflateReset(&stream_);
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    packed.remove_prefix(packed.size() - stream_.avail_in);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      fault_ = {ErrorCode::kCorrupt,
                concat("the gzip data is damaged", stream_.msg != nullptr ? concat(" (", stream_.msg, ")") : "")};
    between_ = status == Z_STREAM_END;
    holds_more_ = !between_ && stream_.avail_out == 0;
    return out.size() - stream_.avail_out;
  }

 private:
  z_stream stream_{};
};

class ZstdUnpacker : public Unpacker {
 public:
  ZstdUnpacker() : stream_(::ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    first_ = wanted_ = ::ZSTD_initDStream(stream_);
  }
  ~ZstdUnpacker() override { ::ZSTD_freeDStream(stream_); }
  ZstdUnpacker(const ZstdUnpacker&) = delete;
  ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;

  std::string_view name() const override { return "zstd"; }

  std::size_t unpack(std::string_view& packed, std::span<char> out) override {
    // As much as the frame's next part has, so that a fault lies in the part that `packed` begins with.
    ZSTD_inBuffer in{packed.data(), std::min(packed.size(), wanted_), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t status = ::ZSTD_decompressStream(stream_, &to, &in);
    packed.remove_prefix(in.pos);
    if (::ZSTD_isError(status) != 0) refuse(status);
    between_ = status == 0;
    wanted_ = between_ ? first_ : status;
    holds_more_ = !between_ && to.pos == to.size;
    return to.pos;
  }

 private:
  void refuse(std::size_t status) {
    switch (::ZSTD_getErrorCode(status)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        fault_ = {ErrorCode::kUnsupported,
                  "the zstd data needs a window of more than 128 MB; pack it again without --long and --ultra"};
        return;
      case ZSTD_error_dictionary_wrong:
        fault_ = {ErrorCode::kUnsupported, "the zstd data needs a dictionary; pack it again without one"};
        return;
      default:
        fault_ = {ErrorCode::kCorrupt, concat("the zstd data is damaged (", ::ZSTD_getErrorName(status), ")")};
    }
  }

  ZSTD_DStream* stream_;
  std::size_t first_ = 0, wanted_ = 0;  // bytes of a frame's first part, and of the next
};

}  // namespace

Unpacker::Kind Unpacker::kind_of(std::string_view head) {
  bool undecided = false;
  for (const Magic& magic : kMagics) {
    if (!agrees(head, magic)) continue;
    if (head.size() >= magic.bytes.size()) return magic.kind;
    undecided = true;
  }
  return undecided ? Kind::kUndecided : Kind::kPlain;
}

bool Unpacker::unpacks(std::string_view head) {
  const Kind kind = kind_of(head);
  return kind == Kind::kGzip || kind == Kind::kZstd;
}

std::unique_ptr<Unpacker> Unpacker::make(Kind kind) {
  if (kind == Kind::kGzip) return std::make_unique<GzipUnpacker>();
  return std::make_unique<ZstdUnpacker>();
}

std::string_view Unpacker::program_for(std::string_view head) {
  for (const Magic& magic : kMagics)
    if (head.size() >= magic.bytes.size() && agrees(head, magic)) return magic.program;
  return {};
}

std::string_view without_packing(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst", ".zstd"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

}  // namespace sememe
