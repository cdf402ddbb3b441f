#include "io/byte_source.h"

#include <poll.h>

#include <algorithm>
#include <string_view>

#include "base/fail.h"
#include "io/descriptor.h"
#include "io/unpacker.h"

namespace sememe {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 17;

}  // namespace

struct ByteSource::State {
  std::string name;
  Descriptor file;
  std::unique_ptr<Unpacker> unpacker;  // none: the bytes are as they are
  std::string chunk;
  std::string_view rest;  // of the chunk, not handed out or unpacked yet
  std::int64_t bytes_read = 0;

  std::size_t read_file(char* out, std::size_t size) {
    const ssize_t got = read_some(file.fd, out, size);
    if (got < 0) fail_errno("cannot read", name);
    bytes_read += got;
    return static_cast<std::size_t>(got);
  }

  /// Reads the first bytes, until they tell how the file is packed: a pipe may give them one by one.
  void start() {
    chunk.resize(kChunkBytes);
    std::size_t have = 0;
    Unpacker::Kind kind = Unpacker::Kind::kUndecided;
    while (kind == Unpacker::Kind::kUndecided) {
      const std::size_t got = read_file(chunk.data() + have, chunk.size() - have);
      if (got == 0) break;
      have += got;
      kind = Unpacker::kind_of(std::string_view(chunk).substr(0, have));
    }
    rest = std::string_view(chunk).substr(0, have);
    if (kind == Unpacker::Kind::kOther)
      fail(ErrorCode::kUnsupported, name, ": packed in a way that is not read here; unpack it first (",
           Unpacker::program_for(rest), ")");
    if (Unpacker::unpacks(rest)) unpacker = Unpacker::make(kind);
  }

  std::size_t read_plain(char* out, std::size_t size) {
    if (rest.empty()) return read_file(out, size);
    const std::size_t take = std::min(size, rest.size());
    rest.copy(out, take);
    rest.remove_prefix(take);
    return take;
  }

  std::size_t read_packed(char* out, std::size_t size) {
    for (;;) {
      if (const auto& fault = unpacker->fault())
        fail(fault->code, name, ": ", fault->what, " at byte ", bytes_read - std::ssize(rest));
      if (rest.empty() && !unpacker->holds_more()) {
        rest = std::string_view(chunk).substr(0, read_file(chunk.data(), chunk.size()));
        if (rest.empty() && unpacker->between()) return 0;
        if (rest.empty())
          fail(ErrorCode::kCorrupt, name, ": the ", unpacker->name(), " data is truncated: it breaks off at byte ",
               bytes_read, ", the end of the file");
      }
      const std::size_t got = unpacker->unpack(rest, {out, size});
      if (got > 0) return got;  // what comes before a fault is good
    }
  }
};

ByteSource::ByteSource(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->name = path == "-" ? "standard input" : path.string();
  state_->file = open_input(path);
  state_->start();
}
ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

std::size_t ByteSource::read(char* out, std::size_t size) {
  return state_->unpacker ? state_->read_packed(out, size) : state_->read_plain(out, size);
}

bool ByteSource::waits(std::int64_t milliseconds) const {
  if (!state_->rest.empty() || (state_->unpacker && state_->unpacker->holds_more())) return false;
  pollfd file{.fd = state_->file.fd, .events = POLLIN, .revents = 0};
  return ::poll(&file, 1, static_cast<int>(milliseconds)) == 0;  // an error is read()'s to tell
}

const std::string& ByteSource::name() const { return state_->name; }
std::int64_t ByteSource::bytes_read() const { return state_->bytes_read; }
std::int64_t ByteSource::total_bytes() const { return state_->file.size; }

}  // namespace sememe
