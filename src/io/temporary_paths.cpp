#include "io/temporary_paths.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sememe {

// Plain storage and lock-free atomics: a signal handler reads it.
struct TemporaryPath::Slot {
  enum : int { kFree, kChanging, kLive };
  std::atomic<int> state{kFree};
  pid_t owner = 0;  // a forked child must not remove its parent's files
  std::array<char, 4096> path{};
};
static_assert(std::atomic<int>::is_always_lock_free);

namespace {

std::array<TemporaryPath::Slot, 64> g_slots;

void remove_path(int folder, const char* name, int depth) noexcept;

/// One pass over a folder. readdir(3) allocates, the system call does not.
void remove_entries(int folder, int depth) noexcept {
  // As getdents64(2) gives them: number (8 bytes), offset (8), length of the record (2), type (1), name.
  constexpr long kLength = 16, kName = 19;
  alignas(8) char records[2048];
  for (;;) {
    const long bytes = ::syscall(SYS_getdents64, folder, records, sizeof records);
    if (bytes <= 0) return;
    for (long at = 0; at < bytes;) {
      std::uint16_t length = 0;
      std::memcpy(&length, records + at + kLength, sizeof length);
      const char* const name = records + at + kName;
      if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) remove_path(folder, name, depth);
      at += length;
    }
  }
}

void remove_path(int folder, const char* name, int depth) noexcept {
  constexpr int kDeepest = 16, kPasses = 16;  // other threads may still add a file or two
  if (::unlinkat(folder, name, 0) == 0 || depth == kDeepest) return;
  if (errno != EISDIR && errno != EPERM) return;
  const int inside = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inside < 0) return;
  for (int pass = 0; pass < kPasses; ++pass) {
    remove_entries(inside, depth + 1);
    if (::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno != ENOTEMPTY) break;
    ::lseek(inside, 0, SEEK_SET);
  }
  ::close(inside);
}

}  // namespace

TemporaryPath::TemporaryPath(const std::string& path) {
  if (path.size() >= Slot{}.path.size()) return;
  for (Slot& slot : g_slots) {
    int expected = Slot::kFree;
    if (!slot.state.compare_exchange_strong(expected, Slot::kChanging)) continue;
    slot.owner = ::getpid();
    std::memcpy(slot.path.data(), path.c_str(), path.size() + 1);
    slot.state.store(Slot::kLive);
    slot_ = &slot;
    return;
  }
}

void TemporaryPath::forget() noexcept {
  if (slot_ != nullptr) slot_->state.store(Slot::kFree);
  slot_ = nullptr;
}

void remove_temporary_paths() noexcept {
  const int saved_errno = errno;
  for (const TemporaryPath::Slot& slot : g_slots)
    if (slot.state.load() == TemporaryPath::Slot::kLive && slot.owner == ::getpid())
      remove_path(AT_FDCWD, slot.path.data(), 0);
  errno = saved_errno;
}

}  // namespace sememe
