#include "io/line_source.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "io/descriptor.h"

namespace sememe {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 17;

/// Inflates gzip members one after another, as gzip(1) does.
class Gunzip {
 public:
  Gunzip() {
    if (::inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzip() { ::inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  bool hungry() const { return stream_.avail_in == 0; }
  bool between_members() const { return ended_; }
  void feed(std::string_view bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  /// Bytes written to `out`, or -1 if the data is damaged.
  std::ptrdiff_t read(char* out, std::size_t size) {
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    if (ended_) {
      ::inflateReset(&stream_);
      ended_ = false;
    }
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return -1;
    ended_ = status == Z_STREAM_END;
    return static_cast<std::ptrdiff_t>(size - stream_.avail_out);
  }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

struct LineSource::State {
  std::string name;
  std::size_t max_line_bytes = 0;
  Descriptor file;
  std::unique_ptr<Gunzip> gunzip;
  std::string packed;  // what Gunzip still reads from
  std::string text;    // text[at..end) is not handed out yet
  std::size_t at = 0, end = 0;
  std::int64_t lines = 0, bytes_read = 0;

  /// Bytes of the file as they are; 0 at its end.
  std::size_t read_raw(char* out, std::size_t size) {
    const ssize_t got = read_some(file.fd, out, size);
    if (got < 0) fail_errno("cannot read", name);
    bytes_read += got;
    return static_cast<std::size_t>(got);
  }

  /// Bytes of text after unpacking; 0 at the end.
  std::size_t read_text(char* out, std::size_t size) {
    if (!gunzip) return read_raw(out, size);
    for (;;) {
      if (gunzip->hungry()) {
        packed.resize(kChunkBytes);
        packed.resize(read_raw(packed.data(), packed.size()));
        if (packed.empty()) {
          if (!gunzip->between_members()) fail(ErrorCode::kCorrupt, name, ": the gzip data is truncated");
          return 0;
        }
        gunzip->feed(packed);
      }
      const std::ptrdiff_t got = gunzip->read(out, size);
      if (got < 0) fail(ErrorCode::kCorrupt, name, ": the gzip data is damaged near byte ", bytes_read);
      if (got > 0) return static_cast<std::size_t>(got);
    }
  }

  /// Reads the first bytes, which tell gzip and a byte order mark from text.
  void start() {
    constexpr std::string_view kGzip = "\x1F\x8B", kMark = "\xEF\xBB\xBF";
    text.resize(kChunkBytes);
    const auto fill_to = [&](std::size_t wanted) {  // a pipe may give them one by one
      while (end < wanted) {
        const std::size_t got = read_text(text.data() + end, text.size() - end);
        if (got == 0) break;
        end += got;
      }
      return std::string_view(text).substr(0, end);
    };
    // Only a first byte that could begin either is worth waiting for the next: somebody may be typing.
    if (fill_to(1).starts_with(kGzip[0]) && fill_to(kGzip.size()).starts_with(kGzip)) {
      packed.assign(text, 0, end);
      end = 0;
      gunzip = std::make_unique<Gunzip>();
      gunzip->feed(packed);
    }
    if (fill_to(1).starts_with(kMark[0]) && fill_to(kMark.size()).starts_with(kMark)) at = kMark.size();
  }
};

std::size_t content_length(std::string_view line) {
  if (line.ends_with("\r\n")) return line.size() - 2;
  return line.size() - (line.ends_with('\n') || line.ends_with('\r') ? 1 : 0);
}

LineSource::LineSource(const std::filesystem::path& path, std::int64_t max_line_bytes)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.max_line_bytes = static_cast<std::size_t>(std::max<std::int64_t>(max_line_bytes, 0));
  state.name = path == "-" ? "standard input" : path.string();
  state.file = open_input(path);
  state.start();
}

LineSource::~LineSource() = default;
LineSource::LineSource(LineSource&&) noexcept = default;
LineSource& LineSource::operator=(LineSource&&) noexcept = default;

bool LineSource::append_line(std::string& line) {
  State& state = *state_;
  bool any = false;
  for (;;) {
    const std::string_view ready(state.text.data() + state.at, state.end - state.at);
    const std::size_t feed = ready.find('\n');
    const std::size_t take = feed == std::string_view::npos ? ready.size() : feed + 1;
    line.append(ready.substr(0, take));
    if (content_length(line) > state.max_line_bytes) {
      fail(ErrorCode::kInvalidArgument, state.name, ":", state.lines + 1, ": the text is longer than the limit of ",
           state.max_line_bytes, " bytes; split it or raise the limit");
    }
    state.at += take;
    any = any || take > 0;
    if (feed != std::string_view::npos) break;
    state.at = 0;
    state.end = state.read_text(state.text.data(), state.text.size());
    if (state.end == 0) break;
  }
  state.lines += any ? 1 : 0;
  return any;
}

std::int64_t LineSource::lines() const { return state_->lines; }
const std::string& LineSource::name() const { return state_->name; }
std::int64_t LineSource::bytes_read() const { return state_->bytes_read; }
std::int64_t LineSource::total_bytes() const { return state_->file.size; }

}  // namespace sememe
