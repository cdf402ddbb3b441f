#include "cli/console.h"

#include <unistd.h>

#include <cerrno>

#include "cli/terminal.h"

namespace sememe::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\033[K";

// Not stdio: a line leaves in one piece, and nothing waits in a buffer when a signal ends the process. Nobody can be
// told that standard error is closed.
void write_to_stderr(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

void Console::set_status(std::string_view line) {
  const std::lock_guard lock(mutex_);
  write_to_stderr(concat(kEraseLine, line));
  status_shown_ = true;
}

void Console::clear_status() {
  const std::lock_guard lock(mutex_);
  if (status_shown_) write_to_stderr(kEraseLine);
  status_shown_ = false;
}

void Console::say(std::string_view kind, std::string_view message) {
  const std::lock_guard lock(mutex_);
  write_to_stderr(concat(status_shown_ ? kEraseLine : "", "sememe: ", kind, printable(message), '\n'));
  status_shown_ = false;
}

void print_error(std::string_view message) { write_to_stderr(concat("sememe: ", printable(message), '\n')); }

}  // namespace sememe::cli
