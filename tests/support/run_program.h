#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sememe::test {

struct RunOptions {
  std::string input;  ///< what the program reads from standard input
  /// Changes of the environment; nullopt removes a variable. SEMEME_<FLAG> of the caller are removed before.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
  std::string output_file;                             ///< opened as standard output instead of a pipe
  std::size_t stop_reading_after = std::string::npos;  ///< bytes of output; then the pipe is closed, as head does
  int signal = 0;                                      ///< sent once, as soon as signal_when() says so
  std::function<bool()> signal_when;
  /// Seconds in which both this and the program had time to run; then the program is killed. Not by the clock: a
  /// machine that is busy, asleep or stopped for a while is no fault of the program.
  double timeout = 60;
};

struct RunResult {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  bool timed_out = false;
  std::string out, err;
  std::int64_t peak_memory = 0;  ///< bytes, resident
};

/// Runs a program to its end.
inline RunResult run(const std::vector<std::string>& words, const RunOptions& options = {}) {
  struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
      if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() { close(0), close(1); }
    void close(int end) {
      if (ends[end] >= 0) ::close(std::exchange(ends[end], -1));
    }
  } in, out, err;
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);

  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<std::string> inherited;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text = *variable;
      if (text.starts_with("SEMEME_") && !text.starts_with("SEMEME_ISA="))
        inherited.emplace_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : inherited) ::unsetenv(name.c_str());
    for (const auto& [name, value] : options.environment)
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    int target = out.ends[1];
    if (!options.output_file.empty()) target = ::open(options.output_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(in.ends[0], STDIN_FILENO);
    ::dup2(target, STDOUT_FILENO);
    ::dup2(err.ends[1], STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  in.close(0), out.close(1), err.close(1);
  struct IgnorePipe {  // a program may end before it has read all of its input
    sighandler_t before = ::signal(SIGPIPE, SIG_IGN);
    ~IgnorePipe() { ::signal(SIGPIPE, before); }
  } const ignore_pipe;

  RunResult result;
  std::size_t written = 0;
  int signal = options.signal;
  auto before = std::chrono::steady_clock::now();
  double waited = 0;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    if (written == options.input.size()) in.close(1);
    pollfd waits[] = {{in.ends[1], POLLOUT, 0}, {out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    ::poll(waits, 3, signal != 0 ? 2 : 100);
    const auto now = std::chrono::steady_clock::now();
    waited += std::min(std::chrono::duration<double>(now - std::exchange(before, now)).count(), 0.2);
    if (waited > options.timeout) {
      result.timed_out = true;
      ::kill(child, SIGKILL);
      break;
    }
    if (waits[0].revents != 0) {
      const ssize_t n = ::write(in.ends[1], options.input.data() + written, options.input.size() - written);
      if (n > 0) written += static_cast<std::size_t>(n);
      if (n < 0 && errno != EAGAIN) written = options.input.size();
    }
    const auto take = [&](int i, Pipe& pipe, std::string& text) {
      if (waits[i].revents == 0) return;
      char piece[1 << 16];
      const ssize_t n = ::read(pipe.ends[0], piece, sizeof piece);
      if (n <= 0) return pipe.close(0);
      text.append(piece, static_cast<std::size_t>(n));
    };
    take(1, out, result.out);
    take(2, err, result.err);
    if (signal != 0 && options.signal_when()) ::kill(child, std::exchange(signal, 0));
    if (result.out.size() >= options.stop_reading_after) out.close(0);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.peak_memory = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  return result;
}

/// Runs sememe.
inline RunResult run_sememe(std::vector<std::string> arguments, const RunOptions& options = {}) {
  arguments.insert(arguments.begin(), SEMEME_PROGRAM);
  return run(arguments, options);
}

/// "text" without its last line end, split into lines.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace sememe::test
