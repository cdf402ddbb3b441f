#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "cli/app.h"
#include "io/file.h"

namespace {

/// Takes temporary files and folders away and lets the signal do what it does without a handler, so that the parent
/// sees it.
void end_by_signal(int signal) {
  sememe::AtomicFile::remove_all_on_signal();
  ::raise(signal);  // SA_RESETHAND restored the default; it takes effect when the handler returns
}

void handle_signals() {
  struct sigaction action {};
  action.sa_handler = end_by_signal;
  action.sa_flags = SA_RESETHAND;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    // Ignored signals stay so: nohup and shells that start background jobs count on it.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      ::sigaction(signal, &action, nullptr);
  }
  // A reader that went away (| head) ends the program quietly, also under parents that ignore SIGPIPE.
  ::sigaction(SIGPIPE, &action, nullptr);
  ::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error of write(2), reported like a full disk
}

/// Without this, a file opened later would become descriptor 1 where a parent closed it, and output would go there.
void occupy_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  handle_signals();
  const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return sememe::cli::run_app(words);
}
