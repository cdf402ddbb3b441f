#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/fail.h"

namespace sememe::cli {

struct ConsoleOptions {
  bool quiet = false, verbose = false;
  bool color = false;  ///< in what goes to standard output
  int threads = 0;
};

/// What the program says to people, on standard error, one line each: "sememe: warning: ...". The progress line steps
/// aside for them.
/// Threads  safe.
class Console {
 public:
  explicit Console(const ConsoleOptions& options) : options_(options) {}
  ~Console() { clear_status(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  const ConsoleOptions& options() const { return options_; }

  template <class... Parts>
  void warning(const Parts&... parts) {
    if (!options_.quiet) say("warning: ", concat(parts...));
  }
  template <class... Parts>
  void note(const Parts&... parts) {
    if (!options_.quiet) say("note: ", concat(parts...));
  }
  /// Only with --verbose.
  template <class... Parts>
  void detail(const Parts&... parts) {
    if (options_.verbose) say("", concat(parts...));
  }

  /// Shows `line`, which is not ended, in place of the one before. Precondition: standard error is a terminal.
  void set_status(std::string_view line);
  void clear_status();

 private:
  void say(std::string_view kind, std::string_view message);

  ConsoleOptions options_;
  std::mutex mutex_;
  bool status_shown_ = false;
};

/// Writes "sememe: <message>" and a line end to standard error, control characters escaped.
void print_error(std::string_view message);

}  // namespace sememe::cli
