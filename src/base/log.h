#pragma once

#include <string_view>

#include "base/fail.h"
#include "sememe/log.h"

namespace sememe {

/// Hands one line to the handler that set_log_handler installed, if any.
void log_message(LogLevel level, std::string_view message);

template <class... Parts>
void log_warning(const Parts&... parts) {
  log_message(LogLevel::kWarning, concat(parts...));
}
template <class... Parts>
void log_info(const Parts&... parts) {
  log_message(LogLevel::kInfo, concat(parts...));
}

}  // namespace sememe
