#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "base/fail.h"
#include "io/descriptor.h"
#include "io/file.h"
#include "io/temporary_paths.h"

namespace sememe {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

/// N of /dev/fd/N, /proc/self/fd/N, /dev/stdout and /dev/stderr.
std::optional<int> named_descriptor(const std::filesystem::path& path) {
  const std::string name = path.lexically_normal().string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    int fd = -1;
    const char* const end = name.data() + name.size();
    const auto [stop, status] = std::from_chars(name.data() + folder.size(), end, fd);
    if (status == std::errc() && stop == end && fd >= 0) return fd;
  }
  return std::nullopt;
}

/// Follows symbolic links, also to a target that does not exist yet.
std::filesystem::path resolve_links(std::filesystem::path path) {
  constexpr int kMaxLinks = 40;  // as the kernel
  for (int i = 0; i < kMaxLinks; ++i) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) return path;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  errno = ELOOP;
  fail_errno("cannot write", path);
}

}  // namespace

struct AtomicFile::State {
  std::filesystem::path path;       // as given
  std::filesystem::path target;     // what commit() replaces
  std::filesystem::path temporary;  // empty: written directly
  Descriptor file;
  TemporaryPath kept;
  std::string buffer;
  std::int64_t base = 0;     // offset of our first byte: an open descriptor may stand anywhere
  std::int64_t written = 0;  // bytes that left the buffer
  bool seekable = false;
  bool failed = false;

  ~State() { discard(); }

  void open_direct(int fd) {
    file = Descriptor(fd);
    if (fd < 0) fail_errno("cannot write", path);
    const off_t at = ::lseek(fd, 0, SEEK_CUR);
    const int flags = ::fcntl(fd, F_GETFL);
    seekable = at >= 0 && flags >= 0 && (flags & O_APPEND) == 0;  // pwrite appends under O_APPEND
    base = at >= 0 ? at : 0;
  }

  void open_temporary(const struct stat* existing) {
    static std::atomic<unsigned> counter{0};
    std::error_code error;
    std::filesystem::path folder = std::filesystem::absolute(target, error).parent_path();  // chdir may come between
    if (error) folder = target.parent_path();
    const std::string stem = target.filename().string().substr(0, 200);  // names end at 255 bytes
    for (int tries = 0; tries < 1000; ++tries) {
      temporary = folder / concat(".", stem, ".", ::getpid(), "-", counter++, ".tmp");
      kept = TemporaryPath(temporary.string());  // first: a signal may come as soon as the file is there
      file = Descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (file.fd >= 0) break;
      kept.forget();
      if (errno != EEXIST) break;
    }
    if (file.fd < 0) {
      temporary.clear();
      fail_errno("cannot write", path);
    }
    if (existing != nullptr) ::fchmod(file.fd, existing->st_mode & 07777);
    seekable = true;
  }

  void discard() {
    if (!temporary.empty()) ::unlink(temporary.c_str());
    temporary.clear();
    kept.forget();
  }

  void refuse_after_failure() const {
    if (failed) fail(ErrorCode::kIo, "cannot write ", path.string(), ": an earlier write failed");
  }

  void write_out(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(file.fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        failed = true;
        fail_errno("cannot write", path);
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
      written += n;
    }
  }

  void flush() {
    write_out(buffer);
    buffer.clear();
  }
};

AtomicFile::AtomicFile(std::filesystem::path path) {
  auto state = std::make_unique<State>();
  state->path = std::move(path);
  const std::filesystem::path& name = state->path;
  if (const std::optional<int> fd = named_descriptor(name)) {
    state->open_direct(::fcntl(*fd, F_DUPFD_CLOEXEC, 0));
  } else {
    state->target = resolve_links(name);
    struct stat status {};
    const bool exists = ::stat(name.c_str(), &status) == 0;
    if ((exists && S_ISDIR(status.st_mode)) || name.filename().empty()) {
      fail(ErrorCode::kInvalidArgument, name.string(), " is a directory; name a file to write");
    }
    if (exists && !S_ISREG(status.st_mode)) {
      state->open_direct(::open(name.c_str(), O_WRONLY | O_CLOEXEC));
    } else {
      if (exists && ::access(name.c_str(), W_OK) != 0) fail_errno("cannot write", name);  // rename would not ask
      state->open_temporary(exists ? &status : nullptr);
    }
  }
  state->buffer.reserve(kBufferBytes);
  state_ = state.release();
}

AtomicFile::~AtomicFile() { delete state_; }

void AtomicFile::write(std::string_view bytes) {
  state_->refuse_after_failure();
  if (state_->buffer.size() + bytes.size() > kBufferBytes) state_->flush();
  if (bytes.size() >= kBufferBytes) {
    state_->write_out(bytes);
  } else {
    state_->buffer.append(bytes);
  }
}

void AtomicFile::flush() {
  state_->refuse_after_failure();
  state_->flush();
}

void AtomicFile::write_at(std::int64_t offset, std::string_view bytes) {
  flush();
  if (!state_->seekable)
    fail(ErrorCode::kInvalidArgument, state_->path.string(), " cannot seek; write to a file instead");
  if (offset < 0 || offset > state_->written || std::cmp_greater(bytes.size(), state_->written - offset)) {
    fail(ErrorCode::kInvalidArgument, state_->path.string(), ": bytes ", offset, " to ", offset + std::ssize(bytes),
         " were not written yet");
  }
  std::int64_t at = state_->base + offset;
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(state_->file.fd, bytes.data(), bytes.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      state_->failed = true;
      fail_errno("cannot write", state_->path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
    at += n;
  }
}

bool AtomicFile::seekable() const { return state_->seekable; }
std::int64_t AtomicFile::size() const { return state_->written + std::ssize(state_->buffer); }
const std::filesystem::path& AtomicFile::path() const { return state_->path; }

void AtomicFile::commit() {
  flush();
  State& state = *state_;
  // Some file systems (NFS, quotas) report a full disk only now.
  if (::close(std::exchange(state.file.fd, -1)) != 0 && errno != EINTR) {
    state.failed = true;
    fail_errno("cannot write", state.path);
  }
  if (state.temporary.empty()) return;
  if (::rename(state.temporary.c_str(), state.target.c_str()) != 0) {
    state.failed = true;
    fail_errno("cannot write", state.path);
  }
  state.temporary.clear();
  state.kept.forget();
}

void AtomicFile::remove_all_on_signal() noexcept { remove_temporary_paths(); }

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace sememe
