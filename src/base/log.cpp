#include "base/log.h"

#include <mutex>
#include <utility>

namespace sememe {
namespace {
std::mutex mutex;
LogHandler handler;
}  // namespace

void set_log_handler(LogHandler new_handler) {
  const std::lock_guard lock(mutex);
  handler = std::move(new_handler);
}

void log_message(LogLevel level, std::string_view message) {
  const std::lock_guard lock(mutex);
  if (handler) handler(level, message);
}

}  // namespace sememe
