#include "cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/fail.h"

namespace sememe::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

}  // namespace

std::filesystem::path output_path(std::string_view name) { return name == "-" ? "/dev/stdout" : name; }

bool can_seek(const std::filesystem::path& path) {
  struct stat status {};
  if (path == "/dev/stdout") {
    const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    return ::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) && (flags & O_APPEND) == 0;
  }
  return ::stat(path.c_str(), &status) != 0 || (S_ISREG(status.st_mode) && !path.string().starts_with("/dev/"));
}

Spool::Spool() : file_(open_temporary()) {}

void Spool::append(std::string_view bytes) {
  buffer_.append(bytes);
  size_ += std::ssize(bytes);
  if (buffer_.size() >= kPieceBytes) flush();
}

void Spool::flush() {
  for (std::string_view rest = buffer_; !rest.empty();) {
    const ssize_t n = ::write(file_.fd, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno("cannot write", "a temporary file");
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  buffer_.clear();
}

std::filesystem::path Spool::path() const { return concat("/dev/fd/", file_.fd); }

void Spool::drain(const std::function<void(std::span<const std::byte>)>& take, std::int64_t multiple) {
  flush();
  if (::lseek(file_.fd, 0, SEEK_SET) != 0) fail_errno("cannot read", "a temporary file");
  const auto unit = static_cast<std::size_t>(multiple);
  std::vector<std::byte> piece((kPieceBytes + unit - 1) / unit * unit);
  std::size_t held = 0;
  for (;;) {
    const ssize_t n = read_some(file_.fd, piece.data() + held, piece.size() - held);
    if (n < 0) fail_errno("cannot read", "a temporary file");
    held += static_cast<std::size_t>(n);
    if (held == piece.size() || n == 0) {
      if (held > 0) take({piece.data(), held});
      held = 0;
    }
    if (n == 0) return;
  }
}

SeekableOutput::SeekableOutput(std::string_view name) : target_(output_path(name)), path_(target_) {
  if (!can_seek(target_)) path_ = spool_.emplace().path();
}

void SeekableOutput::finish() {
  if (!spool_) return;
  AtomicFile out(target_);
  spool_->drain([&](std::span<const std::byte> bytes) {
    out.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
  out.commit();
}

}  // namespace sememe::cli
