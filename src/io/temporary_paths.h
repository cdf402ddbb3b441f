#pragma once

#include <string>
#include <utility>

namespace sememe {

/// Keeps a path in a table of the process, so that a signal handler can take away what is there.
/// A path beyond the table's 64 places, or of more than 4,095 bytes, works all the same: it only stays behind when a
/// signal ends the process.
class TemporaryPath {
 public:
  TemporaryPath() = default;
  explicit TemporaryPath(const std::string& path);
  ~TemporaryPath() { forget(); }
  TemporaryPath(TemporaryPath&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  TemporaryPath& operator=(TemporaryPath&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }

  void forget() noexcept;

  struct Slot;

 private:
  Slot* slot_ = nullptr;
};

/// Removes every file that a TemporaryPath of this process names now, and every folder with all that is in it.
/// Async-signal-safe, for handlers of SIGINT and SIGTERM: system calls on the stack, nothing that allocates.
void remove_temporary_paths() noexcept;

}  // namespace sememe
